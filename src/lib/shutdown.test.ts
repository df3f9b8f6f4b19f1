import { expect } from 'chai';
import { waitFor } from '../../test/support/wait-for.js';
import type { Stoppable } from './shutdown.js';
import { stopAll } from './shutdown.js';

describe('stopAll', () => {
  let stopped: string[];

  beforeEach(() => {
    stopped = [];
  });

  const part = (name: string, isFirst = false, until?: Promise<void>): Stoppable => ({
    ...{ name, isFirst },
    stop: async () => {
      await until;
      stopped.push(name);
    },
  });

  it('stops in the opposite order of starting, after what others wait for', async () => {
    await stopAll([part('database'), part('leases', true), part('feed'), part('api')]);

    expect(stopped).to.deep.equal(['leases', 'api', 'feed', 'database']);
  });

  it('lets no part that others wait for wait for another one', async () => {
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => (finish = resolve));
    const all = stopAll([part('api'), part('quick', true), part('slow', true, slow)]);

    await waitFor(() => stopped.includes('quick'), { withinMs: 1_000, describe: 'the quick one' });
    expect(stopped).to.deep.equal(['quick']);
    finish();
    expect(await all).to.deep.equal([]);
    expect(stopped).to.deep.equal(['quick', 'slow', 'api']);
  });

  it('goes on after a part that fails, and names it', async () => {
    const failing = { name: 'failing', stop: () => Promise.reject(new Error('on purpose')) };

    expect(await stopAll([part('first'), failing])).to.deep.equal(['failing']);
    expect(stopped).to.deep.equal(['first']);
  });
});
