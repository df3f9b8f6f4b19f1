import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { StackInfo } from '../../../tools/stack/stack-info.js';
import { textAt } from '../../../tools/stack/http.js';
import type { StackCaller } from './private-stack.js';
import type { Attempt } from './vault-attempts.js';

const Line = z.object({
  type: z.enum(['request', 'response']),
  error: z.string().optional(),
  /** With `auth` if the answer gives a token. */
  response: z.object({ auth: z.unknown() }).partial().optional(),
  request: z.object({
    id: z.string(),
    operation: z.string(),
    path: z.string(),
    client_token_accessor: z.string().optional(),
  }),
});

/** What Vault calls each method; a write is `create` or `update` by whether something is there. */
const OPERATIONS: Readonly<Record<Attempt['method'], string>> = {
  GET: 'read',
  POST: 'write',
  PATCH: 'patch',
  DELETE: 'delete',
  LIST: 'list',
};

/** An attempt in the words of the audit. */
export function recordOf({ method, path }: Attempt): string {
  return `${OPERATIONS[method]} ${path.split('?')[0] ?? ''}`;
}

/** Vault's audit log from the moment at which this was made. */
export class AuditSince {
  readonly #file: string;
  readonly #from: number;

  constructor(
    private readonly caller: StackCaller,
    stack: StackInfo,
  ) {
    this.#file = join(stack.layout.logs, 'vault-audit.log');
    this.#from = readFileSync(this.#file).length;
  }

  /** What was refused to the holder of this token, each request once, in order. */
  async refusalsOf(token: string): Promise<readonly string[]> {
    const accessor = await this.#accessorOf(token);
    const refused = this.#lines().filter(
      ({ error = '', request }) => error !== '' && request.client_token_accessor === accessor,
    );
    const byRequest = new Map(refused.map(({ request }) => [request.id, request]));
    return [...byRequest.values()].map(({ operation, path }) => {
      const verb = ['create', 'update'].includes(operation) ? 'write' : operation;
      return `${verb} ${path.replace(/\/$/, '')}`;
    });
  }

  /** How many tasks were given no token for their identity. */
  get refusedLogins(): number {
    return this.#lines().filter(
      ({ type, request, response }) =>
        type === 'response' &&
        request.path === 'auth/jwt-nomad/login' &&
        response?.auth === undefined,
    ).length;
  }

  #lines(): readonly z.infer<typeof Line>[] {
    const text = readFileSync(this.#file).subarray(this.#from).toString('utf8');
    // The last piece is empty, or a line that is being written.
    const lines = text.split('\n').slice(0, -1);
    return lines.map((line) => Line.parse(JSON.parse(line)));
  }

  /** The token's public name as the audit writes it: hashed with a salt that only Vault knows. */
  async #accessorOf(token: string): Promise<string> {
    const self = await this.caller.vault(token, 'auth/token/lookup-self');
    const input = textAt(self, 'data', 'accessor');
    const root = this.caller.secret('vault-root.token');
    const reply = await this.caller.vault(root, 'sys/audit-hash/file', 'POST', { input });
    return textAt(reply, 'data', 'hash');
  }
}
