import type { InstanceState } from '../../src/domain/instance.js';
import { nextState } from '../../src/domain/instance.js';
import type { Action } from './explore.js';
import { fault, step } from './explore.js';
import type { Row } from './rows.js';
import { NOBODY, at, commit, isFree, rollBack, write } from './rows.js';
import type { Claim, ClaimGuards, ClaimState, Member, Process } from './claims-state.js';
import {
  COMING,
  LIVE,
  NO_CLAIM,
  NO_MEMBER,
  current,
  giveTo,
  tables,
  takeable,
} from './claims-state.js';

/** A member on its way is ready at last, for whoever owns it by then. */
export function warmUpActions(): readonly Action<ClaimState>[] {
  return [
    step(
      'member 2 has warmed up',
      (state) => isFreeIn(state, 2, 'warming'),
      (draft) => {
        const isOwned = draft.members[2]?.now?.owner !== '';
        change(draft, 2, { state: isOwned ? 'binding' : nextState('warming', 'admit') });
      },
    ),
  ];
}

/** A controller doubts an idle member, and finds it well again. */
export function probeActions(): readonly Action<ClaimState>[] {
  return [
    fault(
      'a probe finds member 0 silent',
      (state) => isFreeIn(state, 0, 'idle') && state.members[0]?.now?.isSuspect === false,
      (draft) => change(draft, 0, { isSuspect: true }),
    ),
    fault(
      'a probe finds member 0 well again',
      (state) => isFreeIn(state, 0, 'idle') && state.members[0]?.now?.isSuspect === true,
      (draft) => change(draft, 0, { isSuspect: false }),
    ),
  ];
}

function isFreeIn({ members }: ClaimState, index: number, state: InstanceState): boolean {
  return at(members, index).by === NOBODY && at(members, index).now?.state === state;
}

/** One conditional statement that is its own transaction. */
function change(draft: ClaimState, index: number, changes: Partial<Member>): void {
  const of = at(draft.members, index);
  of.now = { ...current(of, NOBODY), ...changes };
}

/** The pool's target has fallen by one: it picks a member, reads it again, and retires it. */
export function poolActions(guards: ClaimGuards): readonly Action<ClaimState>[] {
  const by = 'pool';
  const target = (state: ClaimState): Row<Member> => at(state.members, state.pool.member);
  return [
    ...[0, 1, 2].map((index) =>
      fault<ClaimState>(
        `the pool plans to retire member ${index}`,
        (state) =>
          state.pool.at === 'start' &&
          at(state.members, index).now?.owner === '' &&
          ['idle', ...COMING].includes(at(state.members, index).now?.state ?? 'deleted'),
        (draft) => Object.assign(draft.pool, { at: 'find', member: index }),
      ),
    ),
    step(
      'the pool reads that member again',
      (state) => state.pool.at === 'find',
      (draft) => {
        const { state, fence, owner } = current(target(draft), by);
        const isWanted = owner === '' || !guards.retiresOnlyUnowned;
        Object.assign(draft.pool, { at: isWanted ? 'move' : 'done', state, fence });
      },
    ),
    step(
      'the pool retires that member',
      (state) => state.pool.at === 'move' && isFree(target(state), by),
      (draft) => {
        draft.pool.at = 'done';
        moveSeen(guards, target(draft), by, draft.pool, 'deleting');
        commit(tables(draft), by);
      },
    ),
  ];
}

/** The process is back at its beginning and remembers nothing. */
function forget(process: Process): void {
  Object.assign(process, {
    at: 'start',
    member: NO_MEMBER,
    fence: 0,
    state: 'idle',
    claim: NO_CLAIM,
  });
}

/** The conditional statement that every move is; false where it changed no row. */
function moveSeen(
  guards: ClaimGuards,
  of: Row<Member>,
  by: string,
  saw: Process,
  to: InstanceState,
): boolean {
  const member = current(of, by);
  const isAsSeen = member.state === saw.state && member.fence === saw.fence;
  if (guards.movesCheckFence && !isAsSeen) return false;
  write(of, by, { ...member, state: to });
  return true;
}

/** A binding that cannot finish: its claim moves to another member, in one transaction. */
export function moverActions(guards: ClaimGuards): readonly Action<ClaimState>[] {
  const by = 'mover';
  const stuck = (state: ClaimState): Row<Member> => at(state.members, state.mover.member);
  const end = (draft: ClaimState): void => {
    rollBack(tables(draft), by);
    forget(draft.mover);
  };
  return [
    ...[0, 1, 2].map((index) =>
      fault<ClaimState>(
        `a controller reads that the binding of member ${index} is late`,
        (state) =>
          state.mover.at === 'start' &&
          state.movesLeft > 0 &&
          at(state.members, index).now?.state === 'binding',
        (draft) => {
          const { state, fence, claim } = current(at(draft.members, index), by);
          draft.movesLeft -= 1;
          Object.assign(draft.mover, { at: 'fail', member: index, state, fence, claim });
        },
      ),
    ),
    step(
      'the mover fails that member',
      (state) => state.mover.at === 'fail' && isFree(stuck(state), by),
      (draft) => {
        const to = nextState('binding', 'fail');
        if (moveSeen(guards, stuck(draft), by, draft.mover, to)) draft.mover.at = 'take';
        else end(draft);
      },
    ),
    ...[0, 1, 2].map((index) =>
      step<ClaimState>(
        `the mover takes member ${index}`,
        (state) => state.mover.at === 'take' && takeable(guards, state) === index,
        (draft) => {
          const { owner } = current(stuck(draft), by);
          giveTo(at(draft.members, index), by, owner, draft.mover.claim);
          Object.assign(draft.mover, { at: 'point', member: index });
        },
      ),
    ),
    step(
      'the mover finds no other member and leaves all as it was',
      (state) => state.mover.at === 'take' && takeable(guards, state) === NO_MEMBER,
      end,
    ),
    step(
      'the mover points the claim to the new member and commits',
      (state) =>
        state.mover.at === 'point' &&
        isFree(at(state.claims, state.mover.claim), by) &&
        isFree(state.key, by),
      (draft) => {
        const { claim, member } = draft.mover;
        write(at(draft.claims, claim), by, { member, isLive: true });
        if (guards.keyFollowsClaim && draft.key.now?.claim === claim) {
          write(draft.key, by, { claim, member });
        }
        commit(tables(draft), by);
        forget(draft.mover);
      },
    ),
    fault(
      'the mover dies',
      (state) => state.crashesLeft > 0 && ['take', 'point'].includes(state.mover.at),
      (draft) => {
        draft.crashesLeft -= 1;
        end(draft);
      },
    ),
  ];
}

/** Tenant A deletes an instance that it was told of, by that instance's id. */
export function deleterActions(guards: ClaimGuards): readonly Action<ClaimState>[] {
  const by = 'deleter';
  const target = (state: ClaimState): Row<Member> => at(state.members, state.deleter.member);
  const movedTo = (state: ClaimState): number => {
    const claim = at(state.claims, current(target(state), by).claim).now;
    const isMoved = claim?.isLive === true && claim.member !== state.deleter.member;
    return isMoved && guards.deleteFollowsClaim ? claim.member : NO_MEMBER;
  };
  const isLive = (state: ClaimState): boolean => LIVE.includes(current(target(state), by).state);
  const canLock = (state: ClaimState): boolean =>
    state.deleter.at === 'lock' && isFree(target(state), by);
  return [
    ...[0, 1, 2].map((number) =>
      fault<ClaimState>(
        `A deletes what request ${number} told of`,
        (state) => state.deleter.at === 'start' && state.requests[number]?.at === 'told',
        (draft) => {
          const { claim, member } = at(draft.requests, number);
          Object.assign(draft.deleter, { at: 'lock', claim, member });
        },
      ),
    ),
    step(
      'the deleter locks the member and marks it',
      (state) => canLock(state) && isLive(state),
      (draft) => {
        const member = current(target(draft), by);
        write(target(draft), by, { ...member, state: nextState(member.state, 'delete') });
        draft.deleter.at = 'release';
      },
    ),
    step(
      'the deleter finds the member gone and follows its claim',
      (state) => canLock(state) && !isLive(state) && movedTo(state) !== NO_MEMBER,
      (draft) => {
        draft.deleter.member = movedTo(draft);
      },
    ),
    step(
      'the deleter finds the member gone and answers',
      (state) => canLock(state) && !isLive(state) && movedTo(state) === NO_MEMBER,
      (draft) => {
        draft.deleter.at = 'done';
      },
    ),
    step(
      'the deleter releases the claim and commits',
      (state) =>
        state.deleter.at === 'release' &&
        state.claims.every((of) => isFreeOrOther(of, state.deleter.member, by)),
      (draft) => {
        for (const of of draft.claims) {
          if (of.now?.member === draft.deleter.member) write(of, by, { ...of.now, isLive: false });
        }
        commit(tables(draft), by);
        draft.deleter.at = 'done';
      },
    ),
  ];
}

function isFreeOrOther(of: Row<Claim>, member: number, by: string): boolean {
  return of.now?.member !== member || isFree(of, by);
}
