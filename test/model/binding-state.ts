import type { BindingStep, InstanceState } from '../../src/domain/instance.js';
import { nextState } from '../../src/domain/instance.js';
import { keyOf } from './plain-data.js';

/** What keeps bindings right. A negative twin is the same model with one of these taken away. */
export interface BindingGuards {
  /** Moves and notes insist on the state that their writer saw. */
  readonly checksState: boolean;
  /** Moves and notes insist on the fence that their writer saw. */
  readonly checksFence: boolean;
  /** An announcement never goes back to an older revision. */
  readonly announcesForward: boolean;
  /** A job is registered only if there is none of its id. */
  readonly startsOnce: boolean;
  /** Only a gateway that lets the tenant's own token in makes an instance ready. */
  readonly proves: boolean;
  /** A member that was given up is destroyed, never put back into the stock. */
  readonly destroysUsed: boolean;
  /** What comes up again after its row was deleted is swept away. */
  readonly sweeps: boolean;
}

export const ALL_BINDING_GUARDS: BindingGuards = {
  checksState: true,
  checksFence: true,
  announcesForward: true,
  startsOnce: true,
  proves: true,
  destroysUsed: true,
  sweeps: true,
};

/** An instance's row. */
export interface Row {
  state: InstanceState;
  fence: number;
  owner: string;
  step: BindingStep | null;
  /** Version of the gateway token that it must use: 1 is the pool's, 2 its owner's. */
  version: number;
  /** Its owner was moved to another one. */
  isReplaced: boolean;
}

/** An instance in the database and what there is of it outside. */
export interface Member {
  row: Row;
  /** Versions of its gateway token in Vault. */
  tokens: number;
  /** Token version that the Nomad Variable names; 0 without a variable. */
  announced: number;
  job: 'none' | 'up' | 'dead' | 'gone';
  /** Token version that the gateway uses; 0 while it does not run. */
  loaded: number;
  /** It is dead, and another gateway, which knows none of its tokens, answers at its address. */
  isPortReused: boolean;
  /** For the promises only: the newest token version that its gateway ever used. */
  newest: number;
  /** For the promises only: all owners that it ever had, and whether it ever was ready. */
  owners: string;
  wasReady: boolean;
  /** For the promises only: failed in its owner's hands, who was told. */
  isKept: boolean;
}

/** A controller at work: what it does next, on what, and the row as it read it. */
export interface Controller {
  at: string;
  member: number;
  saw: Row;
}

export interface BindingState {
  members: Member[];
  controllers: Controller[];
  /** Where each tenant's claim is: a member, UNASKED or REFUSED. */
  claims: { A: number; B: number };
  crashesLeft: number;
  deathsLeft: number;
  /** Bindings that may still be called late although nothing is wrong with them. */
  delaysLeft: number;
  reusesLeft: number;
}

/** What may happen; a smaller world makes a model that can be explored to its end. */
export interface BindingScenario {
  readonly tenants: readonly ('A' | 'B')[];
  readonly crashes: number;
  readonly deaths: number;
  readonly delays: number;
  readonly portsReused: number;
  /** What the first member is at the beginning; the second one is in the stock. */
  readonly first: 'creating' | 'idle';
}

/** Two owners, of whom one must wait for a start, and a gateway dies. */
export const TWO_OWNERS: BindingScenario = {
  tenants: ['A', 'B'],
  ...{ crashes: 0, deaths: 1, delays: 0, portsReused: 0 },
  first: 'creating',
};

/** A binding is called late although nothing is wrong with it, and a controller dies. */
export const TOO_LATE: BindingScenario = {
  tenants: ['A'],
  ...{ crashes: 1, deaths: 0, delays: 1, portsReused: 0 },
  first: 'creating',
};

/** A gateway dies, and another one answers where the catalog still says it is. */
export const REUSED_PORT: BindingScenario = {
  tenants: ['A'],
  ...{ crashes: 0, deaths: 1, delays: 0, portsReused: 1 },
  first: 'idle',
};

export const UNASKED = -1;
export const REFUSED = -2;
export const TENANTS = ['A', 'B'] as const;
export const MEMBERS: readonly number[] = [0, 1];
export const CONTROLLERS: readonly number[] = [0, 1];

const NEW_ROW: Row = {
  state: 'creating',
  fence: 0,
  owner: '',
  step: null,
  version: 1,
  isReplaced: false,
};

/** What a controller that does nothing remembers. */
export const IDLE: Controller = { at: 'idle', member: 0, saw: NEW_ROW };

/** Two members, nothing claimed and nobody at work. */
export function initialState(scenario: BindingScenario): BindingState {
  return {
    members: [newMember(scenario.first), newMember('idle')],
    controllers: CONTROLLERS.map(() => ({ ...IDLE, saw: { ...NEW_ROW } })),
    claims: { A: UNASKED, B: UNASKED },
    crashesLeft: scenario.crashes,
    deathsLeft: scenario.deaths,
    delaysLeft: scenario.delays,
    reusesLeft: scenario.portsReused,
  };
}

function newMember(state: 'creating' | 'idle'): Member {
  const row = { ...NEW_ROW, state };
  const rest = { isPortReused: false, newest: 0, owners: '', wasReady: false, isKept: false };
  return state === 'creating'
    ? { row, tokens: 0, announced: 0, job: 'none', loaded: 0, ...rest }
    : { row, tokens: 1, announced: 1, job: 'up', loaded: 1, ...rest };
}

/** The member that a claim would get now: an idle one, else one that is coming; or REFUSED. */
export function freeMember({ members }: BindingState): number {
  const isFree = ({ row }: Member, states: readonly InstanceState[]): boolean =>
    row.owner === '' && states.includes(row.state);
  const idle = members.findIndex((member) => isFree(member, ['idle']));
  if (idle >= 0) return idle;
  const coming = members.findIndex((member) => isFree(member, ['creating', 'warming']));
  return coming >= 0 ? coming : REFUSED;
}

/** Gives the member to the tenant, as the claim statements do. */
export function give(member: Member, tenant: string): void {
  const { row } = member;
  row.owner = tenant;
  row.fence += 1;
  if (!member.owners.includes(tenant)) member.owners += tenant;
  if (row.state === 'idle') beginBinding(row);
}

/** What a claimed idle member gets at once, and a coming one when it has started. */
export function beginBinding(row: Row): void {
  row.state = nextState(row.state, row.state === 'idle' ? 'claim' : 'bind');
  row.step = 'claimed';
  row.version += 1;
}

/** The same key whichever controller is which. */
export function keyOfState({ controllers, ...rest }: BindingState): string {
  return [keyOf(rest), ...controllers.map(keyOf).sort()].join('');
}
