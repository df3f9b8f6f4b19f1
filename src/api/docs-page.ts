import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import Router from '@koa/router';
import type { RequestState } from './middleware/state.js';

/** The readable page of the API: Swagger UI from its package, with nothing from elsewhere. */
export const DOCS_HTML = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>ClawDeploy API</title>
  <link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
  <div id="page"></div>
  <script src="/docs/swagger-ui-bundle.js"></script>
  <script src="/docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#page', deepLinking: true });\n`;
const SCRIPT = 'text/javascript; charset=utf-8';

/** Serves the files that the page loads, from memory. */
export function pageFileRouter(): Router<RequestState> {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const packaged = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const files = [
    { name: 'start.js', type: SCRIPT, content: START },
    { name: 'swagger-ui-bundle.js', type: SCRIPT, content: packaged('swagger-ui-bundle.js') },
    { name: 'swagger-ui.css', type: 'text/css', content: packaged('swagger-ui.css') },
  ];
  const router = new Router<RequestState>();
  for (const { name, type, content } of files) {
    const path = `/docs/${name}`;
    router.get(path, (context) => {
      context.state.route = path;
      context.set('content-type', type);
      context.body = content;
    });
  }
  return router;
}
