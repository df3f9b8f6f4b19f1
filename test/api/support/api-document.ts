import { expect } from 'chai';
import { z } from 'zod';

type Json = Readonly<Record<string, unknown>>;

/** An OpenAPI document as a client sees it: only what was downloaded counts, not what made it. */
export class ApiDocument {
  constructor(private readonly document: Json) {}

  /** Every operation, as `get /v1/pools`. */
  get operations(): readonly string[] {
    return Object.entries(at(this.document, 'paths')).flatMap(([path, methods]) =>
      Object.keys(methods as Json).map((method) => `${method} ${path}`),
    );
  }

  /** The statuses that an operation is documented to answer with. */
  statuses(method: string, path: string): readonly number[] {
    return Object.keys(at(this.document, 'paths', path, method, 'responses')).map(Number);
  }

  /** Fails unless the document has this answer: its status, its content type and its body. */
  expectAnswer(
    operation: { readonly method: string; readonly path: string },
    answer: Answer,
  ): void {
    const { method, path } = operation;
    const where = `${method} ${path} ${answer.status}`;
    const statuses = this.statuses(method, path);
    expect(statuses, `${where}: ${JSON.stringify(answer.body)}`).to.include(answer.status);
    const promised = at(this.document, 'paths', path, method, 'responses', String(answer.status));
    if (answer.status === 204) {
      expect(promised, where).to.not.have.property('content');
      expect(answer.body, where).to.equal('');
      return;
    }
    const type = answer.type.split(';')[0] ?? '';
    const schema = this.#inlined(at(promised, 'content', type, 'schema'));
    const outcome = z
      .fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
      .safeParse(answer.body);
    expect(outcome.error?.issues ?? [], where).to.deep.equal([]);
  }

  /** The schema with what it refers to in place of each reference. */
  #inlined(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((part) => this.#inlined(part));
    if (typeof schema !== 'object' || schema === null) return schema;
    const reference: unknown = Object.getOwnPropertyDescriptor(schema, '$ref')?.value;
    if (typeof reference === 'string') {
      return this.#inlined(at(this.document, ...reference.replace('#/', '').split('/')));
    }
    return Object.fromEntries(
      Object.entries(schema).map(([name, part]) => [name, this.#inlined(part)]),
    );
  }
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

/** The object at `path` of a JSON value; throws with the path when there is none. */
function at(value: unknown, ...path: readonly string[]): Json {
  let here = value;
  for (const name of path) {
    here =
      typeof here === 'object' && here !== null
        ? Object.getOwnPropertyDescriptor(here, name)?.value
        : undefined;
  }
  if (typeof here === 'object' && here !== null) return here as Json;
  throw new Error(`the document has nothing at ${path.join(' → ')}`);
}
