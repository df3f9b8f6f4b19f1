import { nextState } from '../../src/domain/instance.js';
import type { Action, Model } from './explore.js';
import { fault, step } from './explore.js';
import type {
  Controller,
  Place,
  RefillGuards,
  RefillScenario,
  RefillState,
} from './refill-state.js';
import {
  CONTROLLERS,
  IDLE_CONTROLLER,
  JOB_OWNERS,
  NOBODY,
  PLACES,
  ROWS_MAX,
  initialState,
  keyOfState,
  stockOf,
} from './refill-state.js';
import { at } from './rows.js';
import { needsSweep, sweeperActions } from './sweeper-actions.js';

/** A pool that is refilled by two controllers and swept, with a view of Nomad that lags. */
export function refillModel(guards: RefillGuards, scenario: RefillScenario): Model<RefillState> {
  return {
    initial: initialState(scenario),
    actions: [
      ...CONTROLLERS.flatMap((number) => controllerActions(guards, scenario, number)),
      ...PLACES.slice(0, ROWS_MAX).flatMap((index) => memberActions(index)),
      ...(scenario.isSwept ? sweeperActions(guards) : []),
      ...timeActions(guards),
    ],
    invariants: promisesOf(scenario),
    goal: {
      name: 'the stock is full and alive, and outside is only what rows account for',
      holds: (state) => isConsistent(state, scenario),
    },
    key: keyOfState,
    statesMax: 400_000,
  };
}

function controllerActions(
  guards: RefillGuards,
  { target }: RefillScenario,
  number: number,
): readonly Action<RefillState>[] {
  const me = (state: RefillState): Controller => at(state.controllers, number);
  const mine = (state: RefillState): Place => at(state.places, me(state).place);
  const missing = (state: RefillState): number =>
    target - (guards.countsRows ? stockOf(state) : listed(state));
  const canLock = ({ lockedBy }: RefillState): boolean =>
    !guards.plansUnderLock || lockedBy === NOBODY;
  return [
    step(
      `controller ${number} counts the stock`,
      (state) => me(state).at === 'idle' && canLock(state) && missing(state) > 0,
      (draft) => {
        if (guards.plansUnderLock) draft.lockedBy = number;
        Object.assign(me(draft), { at: 'create', missing: missing(draft) });
      },
    ),
    step(
      `controller ${number} creates what is missing and commits`,
      (state) => me(state).at === 'create',
      (draft) => {
        const free = draft.places.slice(0, ROWS_MAX).filter(({ state }) => state === null);
        for (const place of free.slice(0, me(draft).missing)) place.state = 'creating';
        stop(draft, number);
      },
    ),
    ...PLACES.slice(0, ROWS_MAX).map((index) =>
      step<RefillState>(
        `controller ${number} reads that member ${index} is to be launched`,
        (state) => me(state).at === 'idle' && at(state.places, index).state === 'creating',
        (draft) => Object.assign(me(draft), { at: 'start job', place: index }),
      ),
    ),
    step(
      `controller ${number} starts the job`,
      (state) => me(state).at === 'start job',
      (draft) => {
        mine(draft).hasJob = true;
        me(draft).at = 'note launch';
      },
    ),
    step(
      `controller ${number} notes the launch`,
      (state) => me(state).at === 'note launch',
      (draft) => {
        if (mine(draft).state === 'creating') mine(draft).state = nextState('creating', 'launch');
        stop(draft, number);
      },
    ),
    fault(
      `controller ${number} dies`,
      (state) => state.crashesLeft > 0 && me(state).at !== 'idle',
      (draft) => {
        draft.crashesLeft -= 1;
        stop(draft, number);
      },
    ),
  ];
}

/** The stock as it would be counted by Nomad's list: jobs of members that nobody owns. */
function listed({ places }: RefillState): number {
  return places.slice(0, ROWS_MAX).filter(({ isListed, isOwned }) => isListed && !isOwned).length;
}

function stop(draft: RefillState, number: number): void {
  if (draft.lockedBy === number) draft.lockedBy = NOBODY;
  draft.controllers[number] = { ...IDLE_CONTROLLER };
}

/** What becomes of a member; each is one conditional statement, or one call that may be repeated. */
function memberActions(index: number): readonly Action<RefillState>[] {
  const it = (state: RefillState): Place => at(state.places, index);
  return [
    step(
      `member ${index} has warmed up`,
      (state) => it(state).state === 'warming' && it(state).hasJob,
      (draft) => {
        it(draft).state = nextState('warming', 'admit');
      },
    ),
    step(
      `failed member ${index} is marked for deletion`,
      (state) => it(state).state === 'failed' && !it(state).isOwned,
      (draft) => {
        it(draft).state = nextState('failed', 'delete');
      },
    ),
    step(
      `member ${index} is torn down`,
      (state) => it(state).state === 'deleting',
      (draft) => {
        Object.assign(it(draft), { hasJob: false, state: nextState('deleting', 'finish') });
      },
    ),
    fault(
      `a tenant claims member ${index}`,
      (state) => state.claimsLeft > 0 && it(state).state === 'idle',
      (draft) => {
        draft.claimsLeft -= 1;
        Object.assign(it(draft), { isOwned: true, state: 'ready' });
      },
    ),
    fault(
      `the start of member ${index} is given up`,
      ({ failuresLeft, places }) =>
        failuresLeft > 0 && ['creating', 'warming'].includes(at(places, index).state ?? ''),
      (draft) => {
        draft.failuresLeft -= 1;
        it(draft).state = 'failed';
      },
    ),
    fault(
      `somebody purges the job of member ${index}`,
      (state) =>
        state.vanishingsLeft > 0 &&
        it(state).hasJob &&
        ['warming', 'idle', 'ready'].includes(it(state).state ?? ''),
      (draft) => {
        draft.vanishingsLeft -= 1;
        Object.assign(it(draft), { hasJob: false, wasGone: true });
      },
    ),
  ];
}

/** What was seen before Nomad's list caught up may be ripe after it: its lag is below the grace. */
function timeActions(guards: RefillGuards): readonly Action<RefillState>[] {
  const lags = ({ hasJob, isListed }: Place): boolean => hasJob !== isListed;
  const waits = ({ suspicion }: Place): boolean => suspicion === 'seen';
  const catchUp = (place: Place): void => {
    place.isListed = place.hasJob;
  };
  const ripen = (place: Place): void => {
    if (waits(place)) place.suspicion = 'ripe';
  };
  if (guards.listLagsLessThanGrace) {
    return [
      step(
        "a grace passes, in which Nomad's list has caught up",
        ({ places }) => places.some((place) => lags(place) || waits(place)),
        (draft) => {
          draft.places.forEach(catchUp);
          draft.places.forEach(ripen);
        },
      ),
    ];
  }
  return [
    step(
      "Nomad's list catches up",
      ({ places }) => places.some(lags),
      (draft) => draft.places.forEach(catchUp),
    ),
    step(
      'a grace passes',
      ({ places }) => places.some(waits),
      (draft) => draft.places.forEach(ripen),
    ),
  ];
}

function promisesOf({ target, hasStrangers }: RefillScenario): Model<RefillState>['invariants'] {
  return {
    'no more is created than the target and what left the stock': (state) =>
      stockOf(state) <= target,
    'the sweeper does nothing that it must not do': ({ wrong }) => wrong === '',
    "no stranger's job is ever stopped": ({ places }) =>
      !hasStrangers || places.every(({ hasJob }, index) => JOB_OWNERS[index] === 'us' || hasJob),
  };
}

function isConsistent(state: RefillState, { target, isSwept }: RefillScenario): boolean {
  const { places, controllers, sweeper } = state;
  const idle = places.filter(({ state: place, hasJob }) => place === 'idle' && hasJob).length;
  const isOnTheWay = places.some(({ state: place, isOwned }) =>
    place === 'failed' ? !isOwned : ['creating', 'warming', 'deleting'].includes(place ?? ''),
  );
  const isLeftOver = isSwept && places.some((place, index) => needsSweep(place, index));
  const isQuiet = controllers.every(({ at: what }) => what === 'idle') && sweeper.at === 'idle';
  return idle === target && !isOnTheWay && !isLeftOver && isQuiet;
}
