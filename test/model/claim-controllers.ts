import type { InstanceState } from '../../src/domain/instance.js';
import { nextState } from '../../src/domain/instance.js';
import type { ClaimGuards, ClaimState, Member } from './claims-state.js';
import {
  COMING,
  MEMBERS,
  NONE,
  anyFor,
  current,
  giveTo,
  moveSeen,
  reset,
  tables,
} from './claims-state.js';
import type { Action } from './explore.js';
import { fault, step } from './explore.js';
import type { Row } from './rows.js';
import { NOBODY, at, commit, isFree, rollBack, write } from './rows.js';

/** A starting member is ready at last, for whoever owns it by then. */
export function warmUpActions(): readonly Action<ClaimState>[] {
  return MEMBERS.flatMap((index) => [
    step<ClaimState>(
      `member ${index} has been launched`,
      (state) => isFreeIn(state, index, 'creating'),
      (draft) => change(draft, index, { state: nextState('creating', 'launch') }),
    ),
    step<ClaimState>(
      `member ${index} has warmed up`,
      (state) => isFreeIn(state, index, 'warming'),
      (draft) => {
        const isOwned = at(draft.members, index).now?.owner !== '';
        change(draft, index, { state: nextState('warming', isOwned ? 'bind' : 'admit') });
      },
    ),
  ]);
}

/** A controller doubts an idle member, and finds it well again. */
export function probeActions(): readonly Action<ClaimState>[] {
  return [true, false].map((isSuspect) =>
    fault(
      `a probe finds member 0 ${isSuspect ? 'silent' : 'well again'}`,
      (state) => isFreeIn(state, 0, 'idle') && at(state.members, 0).now?.isSuspect !== isSuspect,
      (draft) => change(draft, 0, { isSuspect }),
    ),
  );
}

function isFreeIn({ members }: ClaimState, index: number, state: InstanceState): boolean {
  return at(members, index).by === NOBODY && at(members, index).now?.state === state;
}

/** One conditional statement that is its own transaction. */
function change(draft: ClaimState, index: number, changes: Partial<Member>): void {
  const of = at(draft.members, index);
  of.now = { ...current(of, NOBODY), ...changes };
}

/** The pool's target has fallen: it picks a member, reads it again, and retires it. */
export function poolActions(guards: ClaimGuards): readonly Action<ClaimState>[] {
  const by = 'pool';
  const target = (state: ClaimState): Row<Member> => at(state.members, state.pool.member);
  return [
    ...MEMBERS.map((index) =>
      fault<ClaimState>(
        `the pool plans to retire member ${index}`,
        (state) =>
          state.pool.at === 'start' &&
          isFree(state.poolLock, by) &&
          at(state.members, index).now?.owner === '' &&
          ['idle', ...COMING].includes(at(state.members, index).now?.state ?? ''),
        (draft) => {
          write(draft.poolLock, by, 0);
          Object.assign(draft.pool, { at: 'find', member: index });
        },
      ),
    ),
    step(
      'the pool reads that member again',
      (state) => state.pool.at === 'find',
      (draft) => {
        const { state, fence, owner } = current(target(draft), by);
        Object.assign(draft.pool, { at: 'move', state, fence });
        if (owner === '' || !guards.retiresOnlyUnowned) return;
        rollBack(tables(draft), by);
        reset(draft.pool, 'done');
      },
    ),
    step(
      'the pool retires that member',
      (state) => state.pool.at === 'move' && isFree(target(state), by),
      (draft) => {
        const to = nextState(draft.pool.state, 'delete');
        moveSeen(guards, target(draft), by, draft.pool, { state: to });
        commit(tables(draft), by);
        reset(draft.pool, 'done');
      },
    ),
  ];
}

/** An instance that does not come to work: its owner moves to another one, in one transaction. */
export function moverActions(guards: ClaimGuards): readonly Action<ClaimState>[] {
  const by = 'mover';
  const stuck = (state: ClaimState): Row<Member> => at(state.members, state.mover.member);
  const claim = (state: ClaimState): Row<unknown> => at(state.claims, state.mover.claim);
  const canTake = (state: ClaimState): boolean =>
    state.mover.at === 'take' && isFree(state.poolLock, by);
  const fail = nextState('binding', 'fail');
  const end = (draft: ClaimState, isCommitted: boolean): void => {
    if (isCommitted) commit(tables(draft), by);
    else rollBack(tables(draft), by);
    reset(draft.mover, 'start');
  };
  return [
    ...MEMBERS.map((index) => noticeAction(index)),
    ...MEMBERS.map((index) =>
      step<ClaimState>(
        `the mover locks the pool and takes member ${index} for that owner`,
        (state) => canTake(state) && anyFor(guards, state) === index,
        (draft) => {
          write(draft.poolLock, by, 0);
          const { owner } = current(stuck(draft), by);
          giveTo(at(draft.members, index), by, owner, draft.mover.claim);
          Object.assign(draft.mover, { at: 'fail', next: index });
        },
      ),
    ),
    step(
      'the mover finds no other member and fails this one for its tenant to see',
      (state) => canTake(state) && anyFor(guards, state) === NONE && isFree(stuck(state), by),
      (draft) => {
        moveSeen(guards, stuck(draft), by, draft.mover, { state: fail });
        end(draft, true);
      },
    ),
    step(
      'the mover fails the late member',
      (state) => state.mover.at === 'fail' && isFree(stuck(state), by),
      (draft) => {
        const { hasKeys } = guards.moveSeesKeys ? current(stuck(draft), by) : draft.mover;
        const notes = { replacedBy: draft.mover.next, isLossTold: hasKeys };
        const isMoved = moveSeen(guards, stuck(draft), by, draft.mover, { state: fail, ...notes });
        if (isMoved) draft.mover.at = 'point';
        else end(draft, false);
      },
    ),
    step(
      'the mover points the claim to the other member and commits',
      (state) => state.mover.at === 'point' && isFree(claim(state), by),
      (draft) => {
        const of = at(draft.claims, draft.mover.claim);
        const isStill = of.now?.isLive === true && of.now.member === draft.mover.member;
        if (isStill) write(of, by, { member: draft.mover.next, isLive: true });
        end(draft, isStill);
      },
    ),
    fault(
      'the mover dies',
      (state) => state.crashesLeft > 0 && state.mover.at !== 'start',
      (draft) => {
        draft.crashesLeft -= 1;
        end(draft, false);
      },
    ),
  ];
}

function noticeAction(index: number): Action<ClaimState> {
  return fault(
    `a controller reads that member ${index} keeps its owner waiting`,
    ({ mover, movesLeft, members }) => {
      const now = at(members, index).now;
      const isWaiting =
        now !== null && now.owner !== '' && ['binding', ...COMING].includes(now.state);
      return mover.at === 'start' && movesLeft > 0 && isWaiting;
    },
    (draft) => {
      const { state, fence, claim, hasKeys } = current(at(draft.members, index), NOBODY);
      draft.movesLeft -= 1;
      Object.assign(draft.mover, { at: 'take', member: index, state, fence, claim, hasKeys });
    },
  );
}
