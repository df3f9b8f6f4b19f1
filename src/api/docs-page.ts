import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A file of the page, with its content type. */
export interface PageFile {
  readonly type: string;
  readonly content: string;
}

const HTML = `<!doctype html>
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

/** The readable page of the API by path: Swagger UI from its package, with nothing from elsewhere. */
export function docsPage(): ReadonlyMap<string, PageFile> {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const packaged = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const script = 'text/javascript; charset=utf-8';
  return new Map([
    ['/docs', { type: 'text/html; charset=utf-8', content: HTML }],
    ['/docs/start.js', { type: script, content: START }],
    ['/docs/swagger-ui-bundle.js', { type: script, content: packaged('swagger-ui-bundle.js') }],
    ['/docs/swagger-ui.css', { type: 'text/css', content: packaged('swagger-ui.css') }],
  ]);
}
