import Router from '@koa/router';
import type { z } from 'zod';
import type { RequestState } from './middleware/state.js';

/** What an open route answers. */
export interface OpenAnswer {
  readonly status: number;
  /** Content type with its parameters. */
  readonly type: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A path that anybody may read without a token. Router and document are both made from it, as with
 * the operations of the API proper.
 */
export interface OpenRoute {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly answers: Readonly<
    Record<number, { readonly says: string; readonly type: string; readonly schema: z.ZodType }>
  >;
  answer(): Promise<OpenAnswer> | OpenAnswer;
}

/** A router that serves these routes. */
export function openRouter(routes: readonly OpenRoute[]): Router<RequestState> {
  const router = new Router<RequestState>();
  for (const one of routes) {
    router.get(one.path, async (context) => {
      context.state.route = one.path;
      const { status, type, body, headers = {} } = await one.answer();
      context.status = status;
      context.set({ 'content-type': type, ...headers });
      context.body = body;
    });
  }
  return router;
}
