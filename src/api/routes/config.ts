import type { ChangeConfig } from '../../commands/change-config.js';
import type { FindConfig } from '../../commands/find-config.js';
import { needsRestart } from '../../domain/config/diff.js';
import { parseConfigChangeId, parseInstanceId } from '../../domain/ids.js';
import {
  ConfigChangeList,
  ConfigChangePath,
  ConfigChangeShown,
  ConfigOutcomeShown,
  ConfigPatch,
  ConfigShown,
  DryRunQuery,
} from '../config-schemas.js';
import type { Endpoint } from '../endpoint.js';
import { MERGE_PATCH, endpoint } from '../endpoint.js';
import { tagOf } from '../entity-tags.js';
import { presentConfig, presentConfigChange } from '../present-config.js';
import { InstancePath } from '../schemas.js';

/** What the operations on configuration call. */
export interface ConfigCommands {
  readonly change: Pick<ChangeConfig, 'execute'>;
  readonly find: Pick<FindConfig, 'execute' | 'find' | 'list' | 'untilClosed'>;
}

/** The operations on a tenant's part of their gateway's configuration. */
export function configEndpoints(commands: ConfigCommands): Endpoint[] {
  return [getConfig(commands), patchConfig(commands), listChanges(commands), getChange(commands)];
}

function getConfig({ find }: ConfigCommands): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/instances/:id/config',
    operationId: 'getConfig',
    scope: 'config:read',
    summary: 'Show the tenant’s part of the gateway’s configuration, and what is the platform’s',
    params: InstancePath,
    query: null,
    body: null,
    isTagged: true,
    answers: { 200: { says: 'The configuration.', schema: ConfigShown } },
    faults: ['instance_unknown'],
    async handle({ caller, params }) {
      const view = await find.execute({ caller, instanceId: parseInstanceId(params.id) });
      return { status: 200, body: presentConfig(view) };
    },
  });
}

function patchConfig({ change, find }: ConfigCommands): Endpoint {
  return endpoint({
    method: 'patch',
    path: '/v1/instances/:id/config',
    operationId: 'patchConfig',
    scope: 'config:write',
    summary:
      'Change the tenant’s part of the gateway’s configuration, without a restart where possible',
    params: InstancePath,
    query: DryRunQuery,
    body: ConfigPatch,
    bodyType: MERGE_PATCH,
    canWait: true,
    takesMatch: true,
    answers: {
      200: {
        says: 'Nothing differs, a dry run, or it came to its end.',
        schema: ConfigOutcomeShown,
      },
      202: { says: 'Changed; the gateway follows in about a second.', schema: ConfigOutcomeShown },
    },
    faults: [
      ...(['instance_unknown', 'instance_not_ready', 'write_superseded'] as const),
      ...(['config_refused', 'config_platform_owned', 'config_too_large'] as const),
      ...(['config_change_in_progress', 'config_schema_missing', 'precondition_required'] as const),
    ],
    async handle({ caller, params, query, body, match, waitMs, signal }) {
      const instanceId = parseInstanceId(params.id);
      const isDryRun = query.dry_run === 'true';
      if (!isDryRun) match.demand();
      const outcome = await change.execute({
        ...{ caller, instanceId, patch: body, isDryRun },
        precondition: (view) => match.assert(presentConfig(view)),
      });
      const { diff, change: opened, view } = outcome;
      const looking = opened === null ? null : { caller, instanceId, changeId: opened.id };
      const waited =
        looking === null || waitMs === null
          ? opened
          : await find.untilClosed(looking, { withinMs: waitMs, signal });
      return {
        status: waited?.state === 'applying' ? 202 : 200,
        body: {
          diff,
          needsRestart: needsRestart(diff),
          change: waited === null ? null : presentConfigChange(waited),
        },
        // Of the configuration as it is to be: what a next change may name in If-Match.
        headers: isDryRun ? {} : { etag: tagOf(presentConfig(view)) },
      };
    },
  });
}

function listChanges({ find }: ConfigCommands): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/instances/:id/config/changes',
    operationId: 'listConfigChanges',
    scope: 'config:read',
    summary: 'List the last changes of the configuration, newest first',
    params: InstancePath,
    query: null,
    body: null,
    answers: { 200: { says: 'The last twenty.', schema: ConfigChangeList } },
    faults: ['instance_unknown'],
    async handle({ caller, params }) {
      const changes = await find.list(caller, parseInstanceId(params.id));
      return { status: 200, body: { items: changes.map(presentConfigChange) } };
    },
  });
}

function getChange({ find }: ConfigCommands): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/instances/:id/config/changes/:change',
    operationId: 'getConfigChange',
    scope: 'config:read',
    summary: 'Show one change of the configuration, and what became of it',
    params: ConfigChangePath,
    query: null,
    body: null,
    answers: { 200: { says: 'The change.', schema: ConfigChangeShown } },
    faults: ['instance_unknown', 'config_change_unknown'],
    async handle({ caller, params }) {
      const [instanceId, changeId] = [
        parseInstanceId(params.id),
        parseConfigChangeId(params.change),
      ];
      const change = await find.find({ caller, instanceId, changeId });
      return { status: 200, body: presentConfigChange(change) };
    },
  });
}
