import { expect } from 'chai';
import { sentenceOf, viewsOf } from './mapper.js';

describe('viewsOf', () => {
  const stub = {
    ID: 'a',
    NodeID: 'n',
    DesiredStatus: 'run',
    ClientStatus: 'running',
    CreateIndex: 5,
    CreateTime: Date.parse('2026-11-18T11:06:40.123Z') * 1_000_000,
    TaskStates: null,
  };

  it('puts the newest allocation first', () => {
    const views = viewsOf([stub, { ...stub, ID: 'b', CreateIndex: 9, DesiredStatus: 'stop' }]);

    expect(views.map(({ id, isWanted }) => [id, isWanted])).to.deep.equal([
      ['b', false],
      ['a', true],
    ]);
  });

  it('calls a phase that it does not know unknown', () => {
    expect(viewsOf([{ ...stub, ClientStatus: 'hibernating' }])[0]).to.include({
      phase: 'unknown',
    });
  });

  it('tells that a task was told to restart, until its next process has started', () => {
    const isRestarting = (...types: string[]): boolean | undefined => {
      const Events = types.map((Type) => ({ Type }));
      const [view] = viewsOf([{ ...stub, TaskStates: { openclaw: { Restarts: 0, Events } } }]);
      return view?.isRestarting;
    };
    expect(isRestarting('Received', 'Started')).to.equal(false);
    expect(isRestarting('Started', 'Restart Signaled')).to.equal(true);
    expect(isRestarting('Started', 'Restart Signaled', 'Terminated', 'Restarting')).to.equal(true);
    expect(isRestarting('Restart Signaled', 'Terminated', 'Started')).to.equal(false);
  });

  it('tells restarts and the last events, in one bounded line', () => {
    const Events = [
      { Type: 'Received', DisplayMessage: 'Task received by client' },
      { Type: 'Started', DisplayMessage: '' },
      { Type: 'Terminated', DisplayMessage: 'Exit Code: 78', Details: { exit_code: '78' } },
      { Type: 'Not Restarting', DisplayMessage: 'x'.repeat(500) },
    ];
    const [view] = viewsOf([{ ...stub, TaskStates: { openclaw: { Restarts: 3, Events } } }]);

    expect(view).to.include({ restarts: 3, exitCode: 78 });
    expect(view?.placedAt.toISOString()).to.equal('2026-11-18T11:06:40.123Z');
    expect(view?.lastEvent).to.match(/^Started; Terminated: Exit Code: 78; Not Restarting: x+$/);
    expect(view?.lastEvent).to.have.length(300);
  });
});

describe('the start of a task', () => {
  const stub = {
    ...{ ID: 'a', NodeID: 'n', DesiredStatus: 'run', ClientStatus: 'running' },
    ...{ CreateIndex: 5, CreateTime: 0 },
  };
  const startedAt = (StartedAt: string | null | undefined): Date | null | undefined =>
    viewsOf([{ ...stub, TaskStates: { openclaw: { Restarts: 0, StartedAt } } }])[0]?.startedAt;

  it('is told to the millisecond, and is not known before there was one', () => {
    expect(startedAt('2026-11-18T11:06:40.123456789Z')?.toISOString()).to.equal(
      '2026-11-18T11:06:40.123Z',
    );
    for (const never of [null, undefined, '0001-01-01T00:00:00Z']) {
      expect(startedAt(never)).to.equal(null);
    }
    expect(viewsOf([{ ...stub, TaskStates: null }])[0]?.startedAt).to.equal(null);
  });
});

describe('sentenceOf', () => {
  const metric = { NodesEvaluated: 3, NodesFiltered: 0 };

  it('names what is exhausted and what is not met, most frequent first', () => {
    const sentence = sentenceOf({
      ...metric,
      DimensionExhausted: { memory: 1 },
      ConstraintFiltered: { 'missing drivers': 2 },
    });

    expect(sentence).to.equal('missing drivers not met by 2 nodes, memory exhausted on 1 node');
  });

  it('says so when no node was looked at', () => {
    expect(sentenceOf({ ...metric, NodesEvaluated: 0, NodesInPool: 0 })).to.equal(
      'no node in its node pool',
    );
    expect(sentenceOf({ ...metric, NodesEvaluated: 0, NodesInPool: 2 })).to.equal(
      'no node is eligible',
    );
  });
});
