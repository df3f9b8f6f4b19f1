import type { InstanceState } from '../../src/domain/instance.js';
import { nextState } from '../../src/domain/instance.js';
import type { Row } from './rows.js';
import { at, row, seen, write } from './rows.js';

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
  /** A claim that moves takes its idempotency key along. */
  readonly keyFollowsClaim: boolean;
  /** Deleting an instance deletes what its claim has become. */
  readonly deleteFollowsClaim: boolean;
}

export const ALL_CLAIM_GUARDS: ClaimGuards = {
  oneLiveClaimPerName: true,
  idempotencyRow: true,
  takesUnderLock: true,
  sparesSuspects: true,
  retiresOnlyUnowned: true,
  movesCheckFence: true,
  keyFollowsClaim: true,
  deleteFollowsClaim: true,
};

export interface Member {
  state: InstanceState;
  fence: number;
  owner: string;
  claim: number;
  isSuspect: boolean;
  /** Every tenant that ever owned it; kept for the invariants only. */
  owners: string;
}

export interface Claim {
  member: number;
  isLive: boolean;
}

/** A transaction under way, or where its process stands before and after. */
export interface Process {
  at: string;
  /** The member that its next statement is about, and that row's fence and state as it saw them. */
  member: number;
  fence: number;
  state: InstanceState;
  claim: number;
}

export interface ClaimState {
  members: Row<Member>[];
  /** By number of the request that makes the claim. */
  claims: Row<Claim>[];
  key: Row<{ claim: number; member: number }>;
  requests: Process[];
  pool: Process;
  mover: Process;
  deleter: Process;
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
  readonly others: readonly ('probe' | 'pool' | 'mover' | 'deleter')[];
  readonly crashes: number;
}

/** Asked with a key, and once more with it at any time: the same question. */
const WITH_KEY: RequestKind = { tenant: 'A', name: 'work', hasKey: true };
/** The same tenant in a second window, for the same name. */
const SECOND_WINDOW: RequestKind = { tenant: 'A', name: 'work', hasKey: false };
const OTHER_TENANT: RequestKind = { tenant: 'B', name: 'play', hasKey: false };

/** Two tenants, two names, one of them asked for again and in a second window; the pool shrinks. */
export const RACE: ClaimScenario = {
  requests: [WITH_KEY, WITH_KEY, SECOND_WINDOW, OTHER_TENANT],
  others: ['pool'],
  crashes: 1,
};

/** A pool that shrinks, a probe that doubts and a claim that must move, beside two tenants. */
export const UNREST: ClaimScenario = {
  requests: [WITH_KEY, OTHER_TENANT],
  others: ['probe', 'pool', 'mover'],
  crashes: 1,
};

/** A claim moves to another member while its tenant repeats the request or deletes the instance. */
export const SECOND_THOUGHTS: ClaimScenario = {
  requests: [WITH_KEY, WITH_KEY, OTHER_TENANT],
  others: ['mover', 'deleter'],
  crashes: 1,
};

export const NO_CLAIM = -1;
export const NO_MEMBER = -1;
export const COMING: readonly InstanceState[] = ['creating', 'warming'];
export const LIVE: readonly InstanceState[] = [...COMING, 'binding', 'ready'];

/** Two idle members, one that is coming, and nothing asked yet. */
export function initialState({ requests, crashes }: ClaimScenario): ClaimState {
  const member = (state: InstanceState): Row<Member> =>
    row({ state, fence: 0, owner: '', claim: NO_CLAIM, isSuspect: false, owners: '' });
  const process = (): Process => ({
    at: 'start',
    member: NO_MEMBER,
    fence: 0,
    state: 'idle',
    claim: NO_CLAIM,
  });
  return {
    members: [member('idle'), member('idle'), member('warming')],
    claims: requests.map(() => row<Claim>(null)),
    key: row<{ claim: number; member: number }>(null),
    requests: requests.map(process),
    pool: process(),
    mover: process(),
    deleter: process(),
    crashesLeft: crashes,
    movesLeft: 2,
  };
}

/** All rows, for ending a transaction. */
export function tables(state: ClaimState): readonly Row<unknown>[] {
  return [...state.members, ...state.claims, state.key];
}

/** The member that the claim statement takes: the oldest idle one, else the oldest coming one. */
export function takeable(guards: ClaimGuards, { members }: ClaimState): number {
  const unowned = members.flatMap((member, index) => {
    const isSkipped = guards.takesUnderLock && member.by !== '';
    const isSpared = guards.sparesSuspects && member.now?.isSuspect === true;
    return isSkipped || isSpared || member.now?.owner !== '' ? [] : [index];
  });
  const inStates = (states: readonly InstanceState[]): readonly number[] =>
    unowned.filter((index) => states.includes(at(members, index).now?.state ?? 'deleted'));
  return inStates(['idle'])[0] ?? inStates(COMING)[0] ?? NO_MEMBER;
}

/** What the claim statement writes into a member's row. */
export function giveTo(of: Row<Member>, by: string, tenant: string, claim: number): void {
  const member = current(of, by);
  const owners = member.owners.includes(tenant) ? member.owners : member.owners + tenant;
  const state = member.state === 'idle' ? nextState('idle', 'claim') : member.state;
  write(of, by, { ...member, state, fence: member.fence + 1, owner: tenant, claim, owners });
}

/** The member as a statement of that transaction sees it. */
export function current(of: Row<Member>, by: string): Member {
  const member = seen(of, by);
  if (member === null) throw new Error('Members are there from the beginning.');
  return member;
}
