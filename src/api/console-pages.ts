import { createHash } from 'node:crypto';
import Router from '@koa/router';
import { z } from 'zod';
import { projectFile } from '../lib/project-file.js';
import type { RequestState } from './middleware/state.js';
import type { OpenRoute } from './open-route.js';

const SCRIPT = 'text/javascript; charset=utf-8';

/** What the two pages load, from `console/` of the project. */
const FILES: Readonly<Record<string, string>> = {
  'style.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'tenant.js': SCRIPT,
  'tenant-instance.js': SCRIPT,
  'tenant-keys.js': SCRIPT,
  'operator.js': SCRIPT,
  'operator-fleet.js': SCRIPT,
  'operator-pools.js': SCRIPT,
  'operator-rounds.js': SCRIPT,
  'session.js': SCRIPT,
  'api.js': SCRIPT,
  'events.js': SCRIPT,
  'elements.js': SCRIPT,
  'trouble.js': SCRIPT,
  'plot.js': SCRIPT,
};

/**
 * Nothing from other hosts, no script or style in the page itself, no form that the browser could
 * send by itself (with the credential in the address, if the scripts failed), and no frame around it.
 */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  // The same for everybody; a new release is seen at the next look.
  'cache-control': 'no-cache',
} as const;

/** The console's two pages: for whoever has a credential, and for operators. */
export function consoleRoutes(): readonly OpenRoute[] {
  return [
    page('/console', 'readConsole', 'The console: claim a gateway and look after it', 'tenant'),
    page('/console/operator', 'readOperatorConsole', 'The console for operators', 'operator'),
  ];
}

/** Serves the files that the pages load, from memory; asked again, 304 unless they changed. */
export function consoleFileRouter(): Router<RequestState> {
  const router = new Router<RequestState>();
  for (const [name, type] of Object.entries(FILES)) {
    const content = projectFile(`console/${name}`);
    const etag = createHash('sha256').update(content).digest('base64url').slice(0, 16);
    const path = `/console/files/${name}`;
    router.get(path, (context) => {
      context.state.route = path;
      context.set({ 'content-type': type, ...HEADERS });
      context.etag = etag;
      context.status = 200;
      if (context.fresh) context.status = 304;
      else context.body = content;
    });
  }
  return router;
}

function page(path: string, operationId: string, summary: string, name: string): OpenRoute {
  const html = projectFile(`console/${name}.html`);
  return {
    path,
    operationId,
    summary,
    answers: { 200: { says: 'The page.', type: 'text/html', schema: z.string() } },
    answer: () => ({ status: 200, type: 'text/html; charset=utf-8', headers: HEADERS, body: html }),
  };
}
