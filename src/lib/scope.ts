/** Why a scope's signal fired when nothing went wrong; made once, for making one takes microseconds. */
const ENDED = new DOMException('What it was for is over.', 'AbortError');

/** The scopes that end with a signal; one listener stands for all of them. */
const scopesOf = new WeakMap<AbortSignal, Set<Scope>>();

/**
 * A signal that fires with any of its parents, or when the scope ends, whichever is first. Whoever
 * makes one ends it: until then its parents hold it.
 *
 * In place of `AbortSignal.any`, which in Node 20 leaves something with every parent at every call and
 * never takes it away (nodejs/node#54614). With parents that live as long as the process, as here,
 * that is a leak of some 60 bytes per call, and of more than a kilobyte where a listener stays.
 */
export class Scope {
  readonly #controller = new AbortController();
  readonly #parents: readonly AbortSignal[];

  constructor(...parents: readonly AbortSignal[]) {
    this.#parents = parents;
    for (const parent of parents) joinScope(parent, this);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Fires the signal, if it has not fired, and lets go of the parents. May be repeated. */
  end(reason: unknown = ENDED): void {
    for (const parent of this.#parents) scopesOf.get(parent)?.delete(this);
    this.#controller.abort(reason);
  }
}

function joinScope(parent: AbortSignal, scope: Scope): void {
  if (parent.aborted) {
    scope.end(parent.reason);
    return;
  }
  const known = scopesOf.get(parent);
  if (known !== undefined) {
    known.add(scope);
    return;
  }
  const scopes = new Set([scope]);
  scopesOf.set(parent, scopes);
  const endAll = (): void => {
    for (const each of scopes) each.end(parent.reason);
  };
  parent.addEventListener('abort', endAll, { once: true });
}
