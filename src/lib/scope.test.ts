import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { Scope } from './scope.js';

describe('Scope', () => {
  it('fires with whichever parent fires first, for that parent’s reason', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const scope = new Scope(one.signal, other.signal);
    expect(scope.signal.aborted).to.equal(false);
    other.abort('because');
    one.abort('too late');
    expect(scope.signal.aborted).to.equal(true);
    expect(scope.signal.reason).to.equal('because');
  });

  it('has fired already when a parent has', () => {
    const parent = new AbortController();
    parent.abort('earlier');
    const scope = new Scope(new AbortController().signal, parent.signal);
    expect(scope.signal.reason).to.equal('earlier');
  });

  it('fires when it ends, once, and says that nothing went wrong', () => {
    const scope = new Scope();
    let fired = 0;
    scope.signal.addEventListener('abort', () => (fired += 1));
    scope.end();
    scope.end('again');
    expect(fired).to.equal(1);
    expect(scope.signal.reason).to.have.property('name', 'AbortError');
  });

  it('ends the scopes inside it, and leaves those beside it alone', () => {
    const parent = new AbortController();
    const [outer, beside] = [new Scope(parent.signal), new Scope(parent.signal)];
    const inner = new Scope(outer.signal);
    outer.end();
    expect(inner.signal.aborted).to.equal(true);
    expect(beside.signal.aborted).to.equal(false);
    parent.abort();
    expect(beside.signal.aborted).to.equal(true);
  });

  it('leaves nothing with a parent that lives on', async () => {
    const parent = new AbortController();
    let kept: WeakRef<Scope> | null = null;
    for (let made = 0; made < 100; made += 1) {
      const scope = new Scope(parent.signal);
      kept ??= new WeakRef(scope);
      scope.end();
    }
    // A weak reference holds until the task that made it is over.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(kept?.deref()).to.equal(undefined);
    expect(parent.signal.aborted).to.equal(false);
  });
});

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}
