import { expect } from 'chai';
import { proofOf } from '../../tools/stack/processes.js';
import { ignoredWishes } from '../../tools/stack/stack.js';
import { renderHeadline } from '../../tools/stack/render-status.js';
import type { ChildStatus, StackState } from '../../tools/stack/state.js';

const SELF = proofOf(process.pid) ?? { pid: 0, startTicks: 0 };

describe('the status of the development stack', () => {
  it('names what is not well in its first line', () => {
    const children = [
      aChild({ name: 'postgres' }),
      aChild({ name: 'redis', process: null }),
      aChild({ name: 'vault', isHealthy: false }),
    ];
    expect(renderHeadline(aState({ children }))).to.equal(
      'The stack is running, but not redis, vault (edge: caddy, driver: raw_exec).',
    );
  });

  it('blames nothing that is only starting', () => {
    const children = [aChild({ isHealthy: false })];
    expect(renderHeadline(aState({ phase: 'starting', children }))).to.match(/is starting \(/);
    expect(renderHeadline(aState({ children: [aChild({})] }))).to.match(/is running \(/);
  });
});

describe('a second `make up`', () => {
  const running = { edge: 'caddy', pools: 's=2' } as const;

  it('says which of its wishes a running stack does not follow', () => {
    expect(ignoredWishes(running, running)).to.equal(null);
    expect(ignoredWishes({ edge: 'traefik', pools: 's=5' }, running)).to.equal(
      'it runs with EDGE=caddy and CLAWDEPLOY_POOLS=s=2; for EDGE=traefik and ' +
        'CLAWDEPLOY_POOLS=s=5 call `make down` first',
    );
  });
});

function aChild(given: Partial<ChildStatus>): ChildStatus {
  const usual = { name: 'postgres', process: SELF, startedAt: null, restarts: 0, port: 1 } as const;
  return { ...usual, isHealthy: true, ...given };
}

function aState(given: Partial<StackState>): StackState {
  const usual = { phase: 'running', supervisor: SELF, edge: 'caddy', driver: 'raw_exec' } as const;
  const rest = { withControlPlane: true, startedAt: '2026-01-01T00:00:00Z', failure: null };
  return { ...usual, ...rest, pools: 's=2', children: [], ...given };
}
