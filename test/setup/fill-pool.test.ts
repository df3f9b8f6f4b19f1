import { expect } from 'chai';
import type { ApiClient, Pool } from '../../src/client/api-client.js';
import { DemoFailure } from '../../tools/demo/demo-failure.js';
import { fillPool } from '../../tools/demo/fill-pool.js';

const POOL: Pool = {
  ...{ id: 's-2026.9.6-c2-default', sizeClass: 's', openclawVersion: '2026.9.6' },
  ...{ region: 'default', idleFloor: 2, idleCeiling: 2, idleTarget: 2, membersMax: 20 },
  ...{ overrides: [], hold: null, holdReason: null, supersededBy: null, waiting: 0 },
  counts: { warming: 2 },
  stockOut: { predicted: 0, offeredLoad: 0, refillMs: null, observed: [] },
};
const NO_PLACE: Pool = { ...POOL, hold: 'no_place', holdReason: 'memory exhausted on 1 node' };
const FULL = { ...POOL, counts: { idle: 2 } };

/** Fills a pool that looks like each of `looks` in turn, and like the last one from then on. */
function fillLike(...looks: readonly Pool[]): Promise<number> {
  let at = 0;
  const listPools = () =>
    Promise.resolve({
      items: looks
        .slice(at, (at += 1))
        .concat(looks.slice(-1))
        .slice(0, 1),
    });
  return fillPool({
    client: { call: listPools as unknown as ApiClient['call'], allInstances: async () => [] },
    bars: { show: () => undefined, note: () => undefined },
    signal: new AbortController().signal,
    noPlacePatienceMs: 1,
  });
}

const sentenceOf = (filling: Promise<number>): Promise<string> =>
  filling.then(
    () => 'it was filled',
    (error: unknown) => (error instanceof DemoFailure ? error.message : String(error)),
  );

describe('filling the pool', function () {
  this.timeout(10_000);

  it('ends early where Nomad has no place: which resource, where, and what to do', async () => {
    const sentence = await sentenceOf(fillLike(POOL, NO_PLACE));
    expect(sentence).to.include('in the node pool default for a gateway of s-2026.9.6-c2-default');
    expect(sentence).to.include('memory exhausted on 1 node').and.include('docs/gateway.md');
    expect(sentence).to.include('CLAWDEPLOY_POOLS=s=1 make up');
  });

  it('goes on where room was short for a moment, and while starts are only paced', async () => {
    const paced: Pool = { ...POOL, hold: 'starts_in_flight' };
    expect(await sentenceOf(fillLike(NO_PLACE, POOL, paced, NO_PLACE, FULL))).to.equal(
      'it was filled',
    );
  });

  it('ends when a pool has given up', async () => {
    const closed: Pool = { ...POOL, hold: 'breaker_open' };
    expect(await sentenceOf(fillLike(closed))).to.include('takes a pause');
  });
});
