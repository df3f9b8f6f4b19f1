import { z } from 'zod';
import { consoleRoutes } from './console-pages.js';
import { DOCS_HTML } from './docs-page.js';
import type { Endpoint } from './endpoint.js';
import type { OpenRoute } from './open-route.js';
import { openApiDocument } from './openapi.js';

/** What the document describes beside itself. */
export interface Served {
  readonly endpoints: readonly Endpoint[];
  readonly openRoutes: readonly OpenRoute[];
  readonly version: string;
}

/** Routes to the OpenAPI document and to its readable page. */
export function documentRoutes(served: Served): readonly OpenRoute[] {
  return routesTo(documentOf(served));
}

/** The OpenAPI document; it lists the routes to itself and to its page as well. */
export function documentOf({ endpoints, openRoutes, version }: Served): object {
  return openApiDocument(endpoints, [...openRoutes, ...routesTo({})], version);
}

function routesTo(document: object): readonly OpenRoute[] {
  return [
    {
      path: '/openapi.json',
      operationId: 'readDocument',
      summary: 'This document',
      answers: {
        200: { says: 'OpenAPI 3.1.', type: 'application/json', schema: z.looseObject({}) },
      },
      answer: () => ({ status: 200, type: 'application/json; charset=utf-8', body: document }),
    },
    {
      path: '/docs',
      operationId: 'readPage',
      summary: 'This document as a page for people',
      answers: { 200: { says: 'The page.', type: 'text/html', schema: z.string() } },
      answer: () => ({ status: 200, type: 'text/html; charset=utf-8', body: DOCS_HTML }),
    },
    ...consoleRoutes(),
  ];
}
