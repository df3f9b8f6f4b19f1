import { z } from 'zod';
import { DOCS_HTML } from './docs-page.js';
import type { Endpoint } from './endpoint.js';
import type { OpenRoute } from './open-route.js';
import { openApiDocument } from './openapi.js';

/** Routes to the OpenAPI document and to its readable page; the document lists these two as well. */
export function documentRoutes(served: {
  readonly endpoints: readonly Endpoint[];
  readonly openRoutes: readonly OpenRoute[];
  readonly version: string;
}): readonly OpenRoute[] {
  const routes: readonly OpenRoute[] = [
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
  ];
  const { endpoints, openRoutes, version } = served;
  const document = openApiDocument(endpoints, [...openRoutes, ...routes], version);
  return routes;
}
