import type { Instance, InstanceState, ResumeStep } from '../../src/domain/instance.js';
import { nextState } from '../../src/domain/instance.js';
import type { ResumePlan } from '../../src/domain/plan-resume.js';
import { planResume } from '../../src/domain/plan-resume.js';
import type { Action, Model } from './explore.js';
import { fault, step } from './explore.js';

/** What keeps ways back right. A negative twin is the same model with one of these taken away. */
export interface WaysBackGuards {
  /** Which process is to end is written down before it is told to. */
  readonly marksFirst: boolean;
  /** The scheduler is asked whether it has the order already. */
  readonly asksForOrders: boolean;
  /** Only a gateway that was seen to run with its row's revision is asked for the proof. */
  readonly awaitsRevision: boolean;
  /** What was proven must be what the row says by then. */
  readonly provesWhatItSaw: boolean;
  /** No two controllers work on it at once, however late one is. */
  readonly holdsLease: boolean;
}

export const ALL_WAYS_BACK_GUARDS: WaysBackGuards = {
  marksFirst: true,
  asksForOrders: true,
  awaitsRevision: true,
  provesWhatItSaw: true,
  holdsLease: true,
};

/** What its owner may do. */
export interface WaysBackScenario {
  readonly restarts: number;
  readonly trashes: number;
}

/** A restart, and the trash. */
export const WAYS_BACK: WaysBackScenario = { restarts: 1, trashes: 1 };
/** In and out of the trash twice. */
export const IN_AND_OUT: WaysBackScenario = { restarts: 0, trashes: 2 };

/** What the instance is told: a revision, and whether that locks everybody out. */
interface Told {
  revision: number;
  isLocked: boolean;
}

interface Row {
  state: InstanceState;
  step: ResumeStep | null;
  /** The process that a restart is to end. */
  from: number;
  revision: number;
}

/** What a controller is about to do, decided on the row as it read it. */
interface Controller {
  at: 'idle' | ResumePlan['kind'] | 'note_restart' | 'announce';
  saw: Row;
}

export interface WaysBackState {
  row: Row;
  /** Counts the gateway's processes. */
  process: number;
  /** The scheduler was told to end it, and it has not ended. */
  isEnding: boolean;
  /** For the promises only: restarts that were asked for. */
  asked: number;
  announced: Told;
  loaded: Told;
  controllers: Controller[];
  restartsLeft: number;
  trashesLeft: number;
  crashesLeft: number;
}

const READY: Row = { state: 'ready', step: null, from: 0, revision: 1 };
const IDLE: Controller = { at: 'idle', saw: READY };
const UNLOCKED: Told = { revision: 1, isLocked: false };
const NOW = new Date(0);

/** A ready instance whose owner restarts it, throws it away and takes it back, and two controllers. */
export function waysBackModel(
  guards: WaysBackGuards,
  { restarts, trashes }: WaysBackScenario = WAYS_BACK,
): Model<WaysBackState> {
  return {
    initial: {
      ...{ row: { ...READY }, process: 1, isEnding: false, asked: 0 },
      ...{ announced: { ...UNLOCKED }, loaded: { ...UNLOCKED } },
      controllers: [{ ...IDLE }, { ...IDLE }],
      ...{ restartsLeft: restarts, trashesLeft: trashes, crashesLeft: 2 },
    },
    actions: [
      ...ownerActions(),
      ...gatewayActions(),
      ...[0, 1].flatMap((number) => controllerActions(guards, number)),
    ],
    invariants: {
      'a restart ends one process': ({ process, asked }) => process <= 1 + asked,
      'who is ready lets its owner in': ({ row, loaded }) =>
        row.state !== 'ready' || !loaded.isLocked,
    },
    goal: {
      name: 'the instance is ready with what its row says, or gone',
      holds: ({ row, loaded, isEnding }) =>
        row.state === 'deleting' ||
        (row.state === 'ready' && loaded.revision === row.revision && !isEnding),
    },
    statesMax: 400_000,
  };
}

function move({ row }: WaysBackState, verb: Parameters<typeof nextState>[1]): void {
  row.state = nextState(row.state, verb);
  if (verb === 'trash' || verb === 'restore') row.revision += 1;
}

function ownerActions(): readonly Action<WaysBackState>[] {
  const isIn = (...states: readonly InstanceState[]) => {
    return ({ row }: WaysBackState): boolean => states.includes(row.state);
  };
  return [
    fault(
      'the owner restarts it',
      (state) => isIn('ready')(state) && state.restartsLeft > 0,
      (draft) => {
        draft.restartsLeft -= 1;
        draft.asked += 1;
        move(draft, 'restart');
        draft.row.step = 'restart_wanted';
      },
    ),
    fault(
      'the owner throws it away',
      (state) => isIn('ready', 'resuming')(state) && state.trashesLeft > 0,
      (draft) => {
        draft.trashesLeft -= 1;
        move(draft, 'trash');
        draft.row.step = null;
      },
    ),
    fault('the owner takes it back', isIn('trashed'), (draft) => {
      move(draft, 'restore');
      draft.row.step = 'awaited';
    }),
    step('its time in the trash is up', isIn('trashed'), (draft) => {
      move(draft, 'delete');
    }),
  ];
}

function gatewayActions(): readonly Action<WaysBackState>[] {
  return [
    step(
      'the process ends, and another one starts with what is announced',
      ({ isEnding }) => isEnding,
      (draft) => {
        draft.isEnding = false;
        draft.process += 1;
        draft.loaded = { ...draft.announced };
      },
    ),
    step(
      'the gateway takes what is announced',
      ({ announced, loaded, isEnding }) => !isEnding && announced.revision > loaded.revision,
      (draft) => {
        draft.loaded = { ...draft.announced };
      },
    ),
  ];
}

function controllerActions(
  guards: WaysBackGuards,
  number: number,
): readonly Action<WaysBackState>[] {
  const me = ({ controllers }: WaysBackState): Controller => controllers[number] ?? IDLE;
  const other = ({ controllers }: WaysBackState): Controller => controllers[1 - number] ?? IDLE;
  const stop = (draft: WaysBackState): void => {
    Object.assign(me(draft), { at: 'idle', saw: READY });
  };
  const isAt =
    (...at: readonly Controller['at'][]) =>
    (state: WaysBackState): boolean =>
      at.includes(me(state).at);
  const isAsSeen = (state: WaysBackState): boolean => state.row.state === me(state).saw.state;
  const note = (draft: WaysBackState, changes: Partial<Row>): void => {
    if (isAsSeen(draft)) Object.assign(draft.row, changes);
    stop(draft);
  };
  const says = (what: string): string => `controller ${number} ${what}`;
  return [
    step(
      says('reads the row and plans'),
      (state) =>
        isAt('idle')(state) &&
        (other(state).at === 'idle' || !guards.holdsLease) &&
        planOf(state, guards) !== null,
      (draft) => {
        Object.assign(me(draft), { at: planOf(draft, guards) ?? 'idle', saw: { ...draft.row } });
      },
    ),
    step(says('notes which process is to end'), isAt('mark'), (draft) => {
      note(draft, { step: 'restart_marked', from: draft.process });
    }),
    step(says('has it end'), isAt('restart'), (draft) => {
      draft.isEnding = true;
      me(draft).at = 'note_restart';
    }),
    step(says('notes that it does'), isAt('note_restart', 'await'), (draft) => {
      note(draft, { step: 'awaited' });
    }),
    step(says('announces what it read'), isAt('announce'), (draft) => {
      const { revision, state } = me(draft).saw;
      if (revision > draft.announced.revision) {
        draft.announced = { revision, isLocked: state === 'trashed' };
      }
      stop(draft);
    }),
    step(says('proves it, and says so'), isAt('prove'), (draft) => {
      const isSame = draft.row.revision === me(draft).saw.revision || !guards.provesWhatItSaw;
      if (isAsSeen(draft) && draft.row.step === 'awaited' && isSame) {
        move(draft, 'prove');
        draft.row.step = null;
      }
      stop(draft);
    }),
    fault(
      says('dies'),
      (state) => state.crashesLeft > 0 && !isAt('idle')(state),
      (draft) => {
        draft.crashesLeft -= 1;
        stop(draft);
      },
    ),
  ];
}

/** What a controller does about the row as it is; null for nothing. */
function planOf(state: WaysBackState, guards: WaysBackGuards): Controller['at'] | null {
  const { row, process, isEnding, announced, loaded } = state;
  const isTold = announced.revision >= row.revision;
  if (row.state === 'trashed' || row.state === 'ready') return isTold ? null : 'announce';
  if (row.state !== 'resuming') return null;
  if (row.step === 'restart_wanted' && !guards.marksFirst) return 'restart';
  const resuming = {
    ...{ resumeStep: row.step, restartFrom: new Date(row.from), stateAt: NOW },
  } as unknown as Instance;
  const isRestarting = isEnding && guards.asksForOrders;
  const task = { phase: 'running', startedAt: new Date(process), isRestarting } as const;
  const { kind } = planResume(resuming, task, NOW);
  if (kind === 'wait') return null;
  if (kind !== 'prove') return kind;
  if (!isTold) return 'announce';
  const hasTaken = loaded.revision >= row.revision || !guards.awaitsRevision;
  return hasTaken && !isEnding ? 'prove' : null;
}
