import { Fault } from '../errors/index.js';
import type { ClaimId, InstanceId, PoolId, TenantId } from './ids.js';
import type { SizeClass } from './size-classes.js';

/**
 * An instance's life. `drainingAt` and `heldAt` stand beside the state, so that resuming can skip
 * no gate. A claim that finds nothing idle is given a member that is still `creating` or `warming`;
 * that one has an owner early and goes straight to `binding`.
 *
 * ```
 * creating → warming ⇄ idle → binding → ready → stopped, trashed ──→ deleting → deleted
 *     │         │ └──────┼───────▲         ▲ │      │        │
 *     │         │        │       │         │ ▼      │        │
 *     │         │        │       │       resuming ◄─┴────────┘
 *     └─────────┴────────┴───────┴─────────┴──► failed (reason kept) → deleting
 * ```
 *
 * Whatever was ready once comes back to it through `resuming`, and so through the proof: after a
 * restart, after a stop, and out of the trash.
 */
export const INSTANCE_MOVES = {
  creating: { launch: 'warming', fail: 'failed', delete: 'deleting' },
  warming: { admit: 'idle', bind: 'binding', fail: 'failed', delete: 'deleting' },
  idle: { claim: 'binding', rewarm: 'warming', fail: 'failed', delete: 'deleting' },
  binding: { prove: 'ready', fail: 'failed', delete: 'deleting' },
  ready: {
    restart: 'resuming',
    stop: 'stopped',
    trash: 'trashed',
    fail: 'failed',
    delete: 'deleting',
  },
  resuming: { prove: 'ready', trash: 'trashed', fail: 'failed', delete: 'deleting' },
  stopped: { start: 'resuming', fail: 'failed', delete: 'deleting' },
  trashed: { restore: 'resuming', delete: 'deleting' },
  failed: { delete: 'deleting' },
  deleting: { finish: 'deleted' },
  deleted: {},
} as const satisfies Record<InstanceState, Partial<Record<InstanceVerb, InstanceState>>>;

export const INSTANCE_STATES = [
  'creating',
  'warming',
  'idle',
  'binding',
  'ready',
  'resuming',
  'stopped',
  'trashed',
  'failed',
  'deleting',
  'deleted',
] as const;

export type InstanceState = (typeof INSTANCE_STATES)[number];
export type InstanceVerb =
  | 'launch'
  | 'admit'
  | 'bind'
  | 'rewarm'
  | 'claim'
  | 'prove'
  | 'restart'
  | 'stop'
  | 'start'
  | 'trash'
  | 'restore'
  | 'fail'
  | 'delete'
  | 'finish';

/**
 * How far the binding of a claimed instance has come. Each step is durable and may be repeated;
 * whoever finds the row goes on from here.
 */
export const BINDING_STEPS = ['claimed', 'secrets_written', 'announced', 'acknowledged'] as const;
export type BindingStep = (typeof BINDING_STEPS)[number];

/**
 * How far an instance that is resuming has come; each step is durable. `restart_wanted`: which process
 * is to end is not written down yet. `restart_marked`: it is, so that the one that takes its place is
 * never taken for it and ended too. `awaited`: the gateway is on its way to its revision and the proof.
 */
export const RESUME_STEPS = ['restart_wanted', 'restart_marked', 'awaited'] as const;
export type ResumeStep = (typeof RESUME_STEPS)[number];

/** Why an instance failed: a stable word for metrics and a sentence for the operator. */
export interface Failure {
  readonly code: FailureCode;
  readonly sentence: string;
}

export type FailureCode =
  | 'start_deadline'
  | 'start_failed'
  | 'config_refused'
  | 'warmup_failed'
  | 'found_dead'
  | 'binding_deadline'
  | 'resume_deadline'
  | 'lost';

/** One OpenClaw gateway: a Nomad job for its whole life, with or without an owner. */
export interface Instance {
  readonly id: InstanceId;
  readonly poolId: PoolId;
  readonly state: InstanceState;
  readonly sizeClass: SizeClass;
  readonly openclawVersion: string;
  /** Grows with each change of owner; every later write for that owner names it. */
  readonly fence: number;
  readonly tenantId: TenantId | null;
  readonly claimId: ClaimId | null;
  readonly name: string | null;
  readonly bindingStep: BindingStep | null;
  /** Where it stands on its way back to ready; null while it is not resuming. */
  readonly resumeStep: ResumeStep | null;
  /** When the process that a restart is to end was started, by its node's clock. */
  readonly restartFrom: Date | null;
  /** When what is in the trash is destroyed; null for all else. */
  readonly destroyAt: Date | null;
  /** Wanted revision of the gateway's configuration; grows with each key or setting changed. */
  readonly revision: number;
  /** Last revision the gateway was seen to run. */
  readonly revisionApplied: number;
  /** Version of the gateway token in Vault that the instance must use. */
  readonly gatewayVersion: number;
  /** Version of the keys in Vault that the instance must use; 0 before the first key. */
  readonly keyVersion: number;
  /** Every version of the keys below this one was destroyed in Vault. */
  readonly keysPrunedTo: number;
  readonly allocationId: string | null;
  readonly nodeId: string | null;
  /** `host:port` of the gateway as the catalog last gave it. */
  readonly address: string | null;
  /** Since when an idle member fails its probes; a suspect is never given away. */
  readonly suspectAt: Date | null;
  /** When its start was allowed; a member without it waits for its turn. */
  readonly startGrantedAt: Date | null;
  /** Why the scheduler finds no place for it; null when it has one or nobody has asked. */
  readonly blockedBy: string | null;
  /** The instance that its owner was moved to, when this one could not be brought to work. */
  readonly replacedBy: InstanceId | null;
  readonly failure: Failure | null;
  readonly createdAt: Date;
  /** When the present state was entered; deadlines count from here. */
  readonly stateAt: Date;
  readonly readyAt: Date | null;
}

/** The state that `verb` leads to, or a conflict that names both. */
export function nextState(from: InstanceState, verb: InstanceVerb): InstanceState {
  const moves: Partial<Record<InstanceVerb, InstanceState>> = INSTANCE_MOVES[from];
  const to = moves[verb];
  if (to !== undefined) return to;
  throw new Fault('move_refused', `An instance that is ${from} cannot ${verb}.`, {
    details: { from, verb },
  });
}

/** Whether somebody notices when it takes long: it has an owner, and is not on its way out. */
export function isWaitedFor({ tenantId, state }: Instance): boolean {
  return tenantId !== null && !LEAVING_STATES.includes(state);
}

const LEAVING_STATES: readonly InstanceState[] = ['failed', 'deleting', 'deleted'];

/** States whose instances hold memory on a node, or are about to; failed and trashed ones run on. */
export const HOLDING_STATES: readonly InstanceState[] = [
  'creating',
  'warming',
  'idle',
  'binding',
  'ready',
  'resuming',
  'trashed',
  'failed',
];

/** States that count as a pool's stock: present or coming. */
export const STOCK_STATES: readonly InstanceState[] = ['creating', 'warming', 'idle'];
