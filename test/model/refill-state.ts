import type { InstanceState } from '../../src/domain/instance.js';
import { keyOf } from './plain-data.js';
import { at } from './rows.js';

/** What keeps the stock right. A negative twin is the same model with some of these taken away. */
export interface RefillGuards {
  /** A pool is planned under the lock of its row. */
  readonly plansUnderLock: boolean;
  /** The planner counts rows, those that are coming included, not what Nomad's list shows. */
  readonly countsRows: boolean;
  /** The sweeper acts on what was so in two looks with a grace between them. */
  readonly waitsForGrace: boolean;
  /** Nomad's list never lags for longer than that grace; an assumption, not a line of ours. */
  readonly listLagsLessThanGrace: boolean;
  /** The sweeper looks outside first and at the row after that. */
  readonly looksOutsideFirst: boolean;
  /** The sweeper looks at the row once more right before it acts. */
  readonly looksAgain: boolean;
  /** The sweeper touches only jobs that carry our mark. */
  readonly asksForMark: boolean;
  /** The sweeper touches only jobs that name our installation. */
  readonly asksForInstallation: boolean;
  /** The sweeper clears away jobs that no row accounts for. */
  readonly clearsLeftOvers: boolean;
  /** The sweeper fails rows whose job is gone. */
  readonly failsLost: boolean;
}

export const ALL_REFILL_GUARDS: RefillGuards = {
  plansUnderLock: true,
  countsRows: true,
  waitsForGrace: true,
  listLagsLessThanGrace: true,
  looksOutsideFirst: true,
  looksAgain: true,
  asksForMark: true,
  asksForInstallation: true,
  clearsLeftOvers: true,
  failsLost: true,
};

/** Whose a job is: ours, or of somebody without our mark, or of another installation of ours. */
export type JobOwner = 'us' | 'a stranger' | 'another installation';

/** Everything that bears one id: a row, a job, and what is believed of both. */
export interface Place {
  /** Null while no row has that id. */
  state: InstanceState | null;
  isOwned: boolean;
  hasJob: boolean;
  /** Whether Nomad's list shows the job; it may lag behind. */
  isListed: boolean;
  /** What the sweeper remembers: seen to be wrong, and for long enough by now. */
  suspicion: 'none' | 'seen' | 'ripe';
  /** For the promises only: its job was once gone although its row wants it. */
  wasGone: boolean;
}

export interface Controller {
  at: 'idle' | 'create' | 'start job' | 'note launch';
  /** Members that it is about to create. */
  missing: number;
  place: number;
}

export interface Sweeper {
  at: 'idle' | 'look outside' | 'look at row' | 'act';
  place: number;
  sawJob: boolean;
  sawState: InstanceState | null;
  /** A grace had passed since it was first seen wrong, before this pass began to look. */
  isRipe: boolean;
}

export interface RefillState {
  places: Place[];
  controllers: Controller[];
  sweeper: Sweeper;
  /** The controller that holds the pool's row, or NOBODY. */
  lockedBy: number;
  claimsLeft: number;
  failuresLeft: number;
  vanishingsLeft: number;
  crashesLeft: number;
  /** For the promises only: what the sweeper did that it must never do. */
  wrong: string;
}

/** What may happen; a smaller world makes a model that can be explored to its end. */
export interface RefillScenario {
  readonly target: number;
  readonly isSwept: boolean;
  /** Jobs are there from the beginning that no row accounts for. */
  readonly hasStrangers: boolean;
  readonly claims: number;
  readonly failures: number;
  readonly vanishings: number;
  readonly crashes: number;
}

/** Members are claimed and starts fail while two controllers refill and one of them dies. */
export const DEMAND: RefillScenario = {
  ...{ target: 2, isSwept: false, hasStrangers: false },
  ...{ claims: 1, failures: 1, vanishings: 0, crashes: 1 },
};

/** Starts fail and come late, beside jobs that no row accounts for. */
export const LEFT_OVERS: RefillScenario = {
  ...{ target: 1, isSwept: true, hasStrangers: true },
  ...{ claims: 0, failures: 1, vanishings: 0, crashes: 0 },
};

/** The job of a member or of a tenant's instance is purged, and a controller or the sweeper dies. */
export const PURGED: RefillScenario = {
  ...{ target: 1, isSwept: true, hasStrangers: false },
  ...{ claims: 1, failures: 0, vanishings: 1, crashes: 1 },
};

export const NOBODY = -1;
export const CONTROLLERS: readonly number[] = [0, 1];
/** Ids that may get a row, and after them three whose jobs are there from the beginning. */
export const ROWS_MAX = 4;
export const JOB_OWNERS: readonly JobOwner[] = [
  ...Array.from({ length: ROWS_MAX }, (): JobOwner => 'us'),
  'us',
  'a stranger',
  'another installation',
];
export const PLACES: readonly number[] = JOB_OWNERS.map((_, index) => index);
export const STOCK: readonly (InstanceState | null)[] = ['creating', 'warming', 'idle'];

export const IDLE_CONTROLLER: Controller = { at: 'idle', missing: 0, place: NOBODY };
export const IDLE_SWEEPER: Sweeper = {
  at: 'idle',
  place: NOBODY,
  sawJob: false,
  sawState: null,
  isRipe: false,
};

/**
 * An empty pool. In Nomad are a job of ours that no row knows, as after a database was restored,
 * and two jobs that look like ours and are not.
 */
export function initialState(scenario: RefillScenario): RefillState {
  return {
    places: PLACES.map((index) => ({
      state: null,
      isOwned: false,
      hasJob: scenario.hasStrangers && index >= ROWS_MAX,
      isListed: scenario.hasStrangers && index >= ROWS_MAX,
      suspicion: 'none',
      wasGone: false,
    })),
    controllers: CONTROLLERS.map(() => ({ ...IDLE_CONTROLLER })),
    sweeper: { ...IDLE_SWEEPER },
    lockedBy: NOBODY,
    claimsLeft: scenario.claims,
    failuresLeft: scenario.failures,
    vanishingsLeft: scenario.vanishings,
    crashesLeft: scenario.crashes,
    wrong: '',
  };
}

/** Rows that the pool counts as its stock. */
export function stockOf({ places }: RefillState): number {
  return places.filter(({ state, isOwned }) => !isOwned && STOCK.includes(state)).length;
}

/**
 * The same key for states that differ only in which id or which controller is which. A process is
 * written down with the id that it is about, and what belongs together is sorted.
 */
export function keyOfState(state: RefillState): string {
  const { places, controllers, sweeper, lockedBy, ...rest } = state;
  const about = (index: number): string => {
    const processes = controllers.flatMap((one) => (one.place === index ? [one.at] : [])).sort();
    const looks = sweeper.place === index ? keyOf({ ...sweeper, place: 0 }) : '';
    return [keyOf(at(places, index)), ...processes, looks].join();
  };
  const free = controllers.map(({ at: what, missing }, number) =>
    what === 'create' ? `${missing}${number === lockedBy ? ' locked' : ''}` : '',
  );
  return [
    ...PLACES.slice(0, ROWS_MAX).map(about).sort(),
    ...PLACES.slice(ROWS_MAX).map(about),
    ...free.sort(),
    keyOf(rest),
  ].join('|');
}
