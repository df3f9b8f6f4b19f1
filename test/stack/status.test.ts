import { expect } from 'chai';
import { proofOf } from '../../tools/stack/processes.js';
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

function aChild(given: Partial<ChildStatus>): ChildStatus {
  const usual = { name: 'postgres', process: SELF, startedAt: null, restarts: 0, port: 1 } as const;
  return { ...usual, isHealthy: true, ...given };
}

function aState(given: Partial<StackState>): StackState {
  const usual = { phase: 'running', supervisor: SELF, edge: 'caddy', driver: 'raw_exec' } as const;
  const rest = { withControlPlane: true, startedAt: '2026-01-01T00:00:00Z', failure: null };
  return { ...usual, ...rest, children: [], ...given };
}
