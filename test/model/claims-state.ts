import type { InstanceState } from '../../src/domain/instance.js';
import { nextState } from '../../src/domain/instance.js';
import type { Row } from './rows.js';
import { NOBODY, at, row, seen, write } from './rows.js';

/** What keeps claims right. A negative twin is the same model with one of these taken away. */
export interface ClaimGuards {
  /** The unique index on live claims by tenant and name. */
  readonly oneLiveClaimPerName: boolean;
  /** The row of an idempotency key, held until the claim's transaction ends. */
  readonly idempotencyRow: boolean;
  /** One statement that finds, locks and takes; without it, a read and then a write. */
  readonly takesUnderLock: boolean;
  /** Suspects are not given away. */
  readonly sparesSuspects: boolean;
  /** The pool retires only what has no owner when it is read again. */
  readonly retiresOnlyUnowned: boolean;
  /** Every move insists on the state and the fence that its writer saw. */
  readonly movesCheckFence: boolean;
  /** A repeated request follows its claim to the instance that it was moved to. */
  readonly replayFollowsMove: boolean;
  /** Deleting an instance deletes the one that its owner was moved to. */
  readonly deleteFollowsMove: boolean;
  /** Whoever moves an owner looks for keys at the row that it holds, not at one read before. */
  readonly moveSeesKeys: boolean;
}

export const ALL_CLAIM_GUARDS: ClaimGuards = {
  oneLiveClaimPerName: true,
  idempotencyRow: true,
  takesUnderLock: true,
  sparesSuspects: true,
  retiresOnlyUnowned: true,
  movesCheckFence: true,
  replayFollowsMove: true,
  deleteFollowsMove: true,
  moveSeesKeys: true,
};

/** An instance's row; null as a row's value is one that a cold claim may still insert. */
export interface Member {
  state: InstanceState;
  fence: number;
  owner: string;
  claim: number;
  isSuspect: boolean;
  hasKeys: boolean;
  replacedBy: number;
  /** For the invariants only: every tenant that ever owned it. */
  owners: string;
  /** For the invariants only: its owner was told on moving that keys were left behind. */
  isLossTold: boolean;
}

export interface Claim {
  member: number;
  isLive: boolean;
}

/** Where a process stands, and what it remembers of the member that it is about. */
export interface Process {
  at: string;
  member: number;
  fence: number;
  state: InstanceState;
  claim: number;
  hasKeys: boolean;
  /** The member that an owner is being moved to. */
  next: number;
}

export interface ClaimState {
  members: Row<Member>[];
  /** By number of the request that makes the claim. */
  claims: Row<Claim>[];
  key: Row<Claim & { claim: number }>;
  poolLock: Row<number>;
  requests: Process[];
  pool: Process;
  mover: Process;
  deleter: Process;
  keySetter: Process;
  crashesLeft: number;
  /** How often a claim may still move; the bound on attempts. */
  movesLeft: number;
}

export interface RequestKind {
  readonly tenant: string;
  readonly name: string;
  readonly hasKey: boolean;
}

/** Who takes part; a smaller company makes a model that can be explored to its end. */
export interface ClaimScenario {
  readonly requests: readonly RequestKind[];
  readonly others: readonly ('probe' | 'pool' | 'mover' | 'deleter' | 'keySetter')[];
  readonly crashes: number;
}

/** Asked with a key, and once more with it at any time: the same question. */
const WITH_KEY: RequestKind = { tenant: 'A', name: 'work', hasKey: true };
/** The same tenant in a second window, for the same name. */
const SECOND_WINDOW: RequestKind = { tenant: 'A', name: 'work', hasKey: false };
const OTHER_TENANT: RequestKind = { tenant: 'B', name: 'play', hasKey: false };

/** Two tenants, two names, one asked for again and in a second window; the pool shrinks. */
export const RACE: ClaimScenario = {
  requests: [WITH_KEY, WITH_KEY, SECOND_WINDOW, OTHER_TENANT],
  others: ['pool'],
  crashes: 1,
};

/** A pool that shrinks, a probe that doubts and claims that must move, beside two tenants. */
export const UNREST: ClaimScenario = {
  requests: [WITH_KEY, OTHER_TENANT],
  others: ['probe', 'pool', 'mover'],
  crashes: 1,
};

/** A claim moves while its tenant repeats the request, sets a key or deletes the instance. */
export const SECOND_THOUGHTS: ClaimScenario = {
  requests: [WITH_KEY, WITH_KEY],
  others: ['mover', 'deleter', 'keySetter'],
  crashes: 1,
};

export const NONE = -1;
export const COMING: readonly InstanceState[] = ['creating', 'warming'];
export const LIVE: readonly InstanceState[] = [...COMING, 'binding', 'ready'];
/** Members by number. */
export const MEMBERS: readonly number[] = [0, 1, 2];

const NOTHING_REMEMBERED = {
  member: NONE,
  fence: 0,
  state: 'idle',
  claim: NONE,
  hasKeys: false,
  next: NONE,
} as const satisfies Omit<Process, 'at'>;

const NEW_MEMBER: Member = {
  state: 'creating',
  fence: 0,
  owner: '',
  claim: NONE,
  isSuspect: false,
  hasKeys: false,
  replacedBy: NONE,
  owners: '',
  isLossTold: false,
};

/** One idle member, one that is coming, and room for one that a cold claim makes. */
export function initialState({ requests, crashes }: ClaimScenario): ClaimState {
  const process = (): Process => ({ at: 'start', ...NOTHING_REMEMBERED });
  return {
    members: [
      row<Member>({ ...NEW_MEMBER, state: 'idle' }),
      row<Member>({ ...NEW_MEMBER, state: 'warming' }),
      row<Member>(null),
    ],
    claims: requests.map(() => row<Claim>(null)),
    key: row<Claim & { claim: number }>(null),
    poolLock: row(0),
    requests: requests.map(process),
    pool: process(),
    mover: process(),
    deleter: process(),
    keySetter: process(),
    crashesLeft: crashes,
    movesLeft: 2,
  };
}

/** Puts a process somewhere with an empty memory. */
export function reset(process: Process, place: string): void {
  Object.assign(process, { ...NOTHING_REMEMBERED, at: place });
}

/** All rows, for ending a transaction. */
export function tables(state: ClaimState): readonly Row<unknown>[] {
  return [...state.members, ...state.claims, state.key, state.poolLock];
}

/** The idle member that the claim statement takes, or NONE. It needs no other lock. */
export function idleFor(guards: ClaimGuards, state: ClaimState): number {
  const isTakeable = ({ state: place, isSuspect }: Member): boolean =>
    place === 'idle' && !(guards.sparesSuspects && isSuspect);
  return firstFree(guards, state, isTakeable);
}

/** What a claim gets that holds the pool's lock: idle, else coming, else made for it; or NONE. */
export function anyFor(guards: ClaimGuards, state: ClaimState): number {
  const idle = idleFor(guards, state);
  if (idle !== NONE) return idle;
  const coming = firstFree(guards, state, ({ state: place }) => COMING.includes(place));
  if (coming !== NONE) return coming;
  return state.members.findIndex(({ now, by }) => now === null && by === NOBODY);
}

function firstFree(
  guards: ClaimGuards,
  { members }: ClaimState,
  isTakeable: (member: Member) => boolean,
): number {
  return members.findIndex(
    ({ now, by }) =>
      now?.owner === '' && isTakeable(now) && (by === NOBODY || !guards.takesUnderLock),
  );
}

/** What the claim statement writes into a member's row. */
export function giveTo(of: Row<Member>, by: string, tenant: string, claim: number): void {
  const member = seen(of, by) ?? NEW_MEMBER;
  const owners = member.owners.includes(tenant) ? member.owners : member.owners + tenant;
  const state = member.state === 'idle' ? nextState('idle', 'claim') : member.state;
  write(of, by, { ...member, state, fence: member.fence + 1, owner: tenant, claim, owners });
}

/** The member as a statement of that transaction sees it. */
export function current(of: Row<Member>, by: string): Member {
  const member = seen(of, by);
  if (member === null) throw new Error('The model reads a member that nobody inserted.');
  return member;
}

/** The instance that this one stands for today, by committed rows. */
export function followed({ members }: ClaimState, from: number): number {
  let member = from;
  for (let next = member; next !== NONE; next = at(members, member).now?.replacedBy ?? NONE) {
    member = next;
  }
  return member;
}

/** The conditional statement that every move is; false where it changed no row. */
export function moveSeen(
  guards: ClaimGuards,
  of: Row<Member>,
  by: string,
  saw: Process,
  changes: Partial<Member>,
): boolean {
  const member = current(of, by);
  const isAsSeen = member.state === saw.state && member.fence === saw.fence;
  if (guards.movesCheckFence && !isAsSeen) return false;
  write(of, by, { ...member, ...changes });
  return true;
}
