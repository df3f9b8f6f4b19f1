import type { FindAudit } from '../../commands/find-audit.js';
import { AuditExport, AuditPage, AuditQuery, ExportQuery } from '../audit-schemas.js';
import type { Endpoint } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import { exportLine, presentRecord } from '../present-audit.js';

const NDJSON = 'application/x-ndjson';

/** The operations that read the audit, for operators and auditors. */
export function auditEndpoints(find: Pick<FindAudit, 'list' | 'export'>): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/audit',
      operationId: 'listAudit',
      scope: 'audit:read',
      summary: 'List who did what and who was refused, newest first; for operators and auditors',
      params: null,
      query: AuditQuery,
      body: null,
      answers: { 200: { says: 'A page.', schema: AuditPage } },
      async handle({ caller, query }) {
        const { limit, cursor = null, since, until, ...words } = query;
        const filter = { ...words, since: dateOf(since), until: dateOf(until) };
        const found = await find.list({ caller, filter, page: { limit, cursor } });
        const { nextCursor } = found;
        return { status: 200, body: { items: found.rows.map(presentRecord), nextCursor } };
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/audit/export',
      operationId: 'exportAudit',
      scope: 'audit:read',
      summary:
        'Export the sealed records with their hashes, in the order of the chain; for operators and auditors',
      params: null,
      query: ExportQuery,
      body: null,
      answers: { 200: { says: 'A line each.', schema: AuditExport, type: NDJSON } },
      async handle({ caller, query }) {
        const sealed = await find.export({ caller, ...query });
        const headers = { 'content-type': `${NDJSON}; charset=utf-8` };
        return { status: 200, body: sealed.map(exportLine).join(''), headers };
      },
    }),
  ];
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
