import type { ClaimGuards, ClaimScenario, ClaimState, Process } from './claims-state.js';
import { MEMBERS, NONE, anyFor, followed, giveTo, idleFor, reset, tables } from './claims-state.js';
import type { Action } from './explore.js';
import { fault, step } from './explore.js';
import { at, commit, isFree, rollBack, write } from './rows.js';

interface Requester {
  readonly number: number;
  readonly tenant: string;
  readonly usesKey: boolean;
  /** Its transaction. */
  readonly by: string;
  /** Itself, for people. */
  readonly who: string;
  /** Other requests of the same tenant for the same name. */
  readonly rivals: readonly number[];
  readonly me: (state: ClaimState) => Process;
}

/** One request from its first statement to its answer, as ClaimInstance makes them. */
export function requestActions(
  guards: ClaimGuards,
  scenario: ClaimScenario,
  number: number,
): readonly Action<ClaimState>[] {
  const requester = requesterOf(guards, scenario, number);
  return [
    ...beginActions(guards, requester),
    ...takeActions(guards, requester),
    ...recordActions(guards, requester),
    ...endActions(requester),
  ];
}

function requesterOf(guards: ClaimGuards, { requests }: ClaimScenario, number: number): Requester {
  const { tenant, name, hasKey } = at(requests, number);
  return {
    number,
    tenant,
    usesKey: hasKey && guards.idempotencyRow,
    by: `request ${number}`,
    who: `request ${number} (${tenant}, "${name}"${hasKey ? ', with key' : ''})`,
    rivals: requests.flatMap((rival, other) =>
      other !== number && rival.tenant === tenant && rival.name === name ? [other] : [],
    ),
    me: (state) => at(state.requests, number),
  };
}

function beginActions(
  guards: ClaimGuards,
  { who, by, usesKey, me }: Requester,
): readonly Action<ClaimState>[] {
  return [
    step(
      `${who} begins`,
      (state) => me(state).at === 'start' && (!usesKey || isFree(state.key, by)),
      (draft) => {
        const known = usesKey ? draft.key.now : null;
        if (known !== null) {
          const member = guards.replayFollowsMove ? followed(draft, known.member) : known.member;
          Object.assign(me(draft), { at: 'answer', claim: known.claim, member });
          return;
        }
        if (usesKey) write(draft.key, by, { claim: NONE, member: NONE, isLive: false });
        me(draft).at = 'take';
      },
    ),
  ];
}

function takeActions(
  guards: ClaimGuards,
  { who, by, tenant, number, me }: Requester,
): readonly Action<ClaimState>[] {
  const take = (draft: ClaimState, index: number): void => {
    giveTo(at(draft.members, index), by, tenant, number);
    Object.assign(me(draft), { at: 'record', member: index });
  };
  const waits = (state: ClaimState): boolean =>
    me(state).at === 'take' && idleFor(guards, state) === NONE && isFree(state.poolLock, by);
  return [
    ...MEMBERS.flatMap((index) => [
      step<ClaimState>(
        guards.takesUnderLock
          ? `${by} takes idle member ${index}`
          : `${by} reads that member ${index} is idle`,
        (state) => me(state).at === 'take' && idleFor(guards, state) === index,
        (draft) => {
          if (guards.takesUnderLock) take(draft, index);
          else Object.assign(me(draft), { at: 'write', member: index });
        },
      ),
      step<ClaimState>(
        `${by} writes itself into member ${index}`,
        (state) =>
          me(state).at === 'write' &&
          me(state).member === index &&
          isFree(at(state.members, index), by),
        (draft) => take(draft, index),
      ),
      step<ClaimState>(
        `${by} locks the pool and gets member ${index}`,
        (state) => waits(state) && anyFor(guards, state) === index,
        (draft) => {
          write(draft.poolLock, by, 0);
          take(draft, index);
        },
      ),
    ]),
    step(
      `${who} is refused: the pool is empty`,
      (state) => waits(state) && anyFor(guards, state) === NONE,
      (draft) => {
        rollBack(tables(draft), by);
        reset(me(draft), 'over');
      },
    ),
  ];
}

function recordActions(
  guards: ClaimGuards,
  { who, by, number, usesKey, rivals, me }: Requester,
): readonly Action<ClaimState>[] {
  const { oneLiveClaimPerName: hasIndex } = guards;
  const canRecord = (state: ClaimState): boolean =>
    me(state).at === 'record' &&
    (!hasIndex || rivals.every((rival) => isFree(at(state.claims, rival), by)));
  const isTaken = ({ claims }: ClaimState): boolean =>
    hasIndex && rivals.some((rival) => at(claims, rival).now?.isLive === true);
  return [
    step(
      `${who} records its claim`,
      (state) => canRecord(state) && !isTaken(state),
      (draft) => {
        write(at(draft.claims, number), by, { member: me(draft).member, isLive: true });
        me(draft).at = 'commit';
      },
    ),
    step(
      `${who} is refused: the name is taken`,
      (state) => canRecord(state) && isTaken(state),
      (draft) => {
        rollBack(tables(draft), by);
        reset(me(draft), 'name taken');
      },
    ),
    step(
      `${who} commits`,
      (state) => me(state).at === 'commit',
      (draft) => {
        const { member } = me(draft);
        if (usesKey) write(draft.key, by, { claim: number, member, isLive: true });
        commit(tables(draft), by);
        Object.assign(me(draft), { at: 'answer', claim: number });
      },
    ),
  ];
}

function endActions({ who, by, me }: Requester): readonly Action<ClaimState>[] {
  return [
    step(
      `${who} is answered`,
      (state) => me(state).at === 'answer',
      (draft) => {
        me(draft).at = 'told';
      },
    ),
    fault(
      `${who} does not get its answer`,
      (state) => me(state).at === 'answer',
      (draft) => reset(me(draft), 'over'),
    ),
    fault(
      `${who} dies with its process`,
      (state) =>
        state.crashesLeft > 0 && ['take', 'write', 'record', 'commit'].includes(me(state).at),
      (draft) => {
        draft.crashesLeft -= 1;
        rollBack(tables(draft), by);
        reset(me(draft), 'over');
      },
    ),
  ];
}
