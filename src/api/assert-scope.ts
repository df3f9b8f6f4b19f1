import type { ApiScope } from '../domain/scopes.js';
import { rolesWith } from '../domain/scopes.js';
import { Fault } from '../errors/index.js';
import type { Identity } from './credentials/identity.js';

/** A caller whose token or key does not allow what they ask for; the header names what would. */
export class ScopeMissing extends Fault {
  constructor(readonly scope: ApiScope) {
    const roles = rolesWith(scope).map((role) => `${role}s`);
    const [last = '', ...others] = [...roles].reverse();
    const whose = others.length === 0 ? last : `${others.reverse().join(', ')} and ${last}`;
    super('forbidden', `This needs the scope ${scope}, which is for ${whose} only.`);
  }
}

/** The one place where it is decided whether an operation is open to a caller. */
export function assertScope({ scopes }: Identity, scope: ApiScope): void {
  if (!scopes.has(scope)) throw new ScopeMissing(scope);
}
