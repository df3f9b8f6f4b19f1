import type { ApiKey } from '../domain/api-key.js';
import type { Caller } from '../domain/principal.js';
import type { Page, Paged, Store } from '../ports/index.js';
import { assertOverseer } from './assert-operator.js';

/** Lists API keys, those that are over too, for operators and auditors. */
export class ListApiKeys {
  constructor(private readonly store: Store) {}

  execute(request: { readonly caller: Caller; readonly page: Page }): Promise<Paged<ApiKey>> {
    assertOverseer(request.caller.principal);
    return this.store.apiKeys.list(request.page);
  }
}
