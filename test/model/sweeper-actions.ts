import type { InstanceState } from '../../src/domain/instance.js';
import { nextState } from '../../src/domain/instance.js';
import type { Action } from './explore.js';
import { fault, step } from './explore.js';
import type { Place, RefillGuards, RefillState, Sweeper } from './refill-state.js';
import { IDLE_SWEEPER, JOB_OWNERS, PLACES } from './refill-state.js';
import { at } from './rows.js';

/** States in which a row must have a job; a binding one is its own reconciler's business. */
const WITH_JOB: readonly (InstanceState | null)[] = ['warming', 'idle', 'ready'];

/** Whether a look that saw the truth would call for the sweeper. */
export function needsSweep({ state, hasJob }: Place, index: number): boolean {
  if (JOB_OWNERS[index] !== 'us') return false;
  return isLeftOver(state, hasJob) || isLost(state, hasJob);
}

function isLeftOver(state: InstanceState | null, hasJob: boolean): boolean {
  return hasJob && (state === null || state === 'deleted');
}

function isLost(state: InstanceState | null, hasJob: boolean): boolean {
  return !hasJob && WITH_JOB.includes(state);
}

/**
 * The sweeper, one id at a time: a look at Nomad's list, a look at the row, then the act if both
 * were so for long enough. What it asks Nomad, even right before the act, may lag.
 */
export function sweeperActions(guards: RefillGuards): readonly Action<RefillState>[] {
  const it = ({ places, sweeper }: RefillState): Place => at(places, sweeper.place);
  const rest = (draft: RefillState): void => {
    draft.sweeper = { ...IDLE_SWEEPER };
  };
  const [first, second] = guards.looksOutsideFirst
    ? (['look outside', 'look at row'] as const)
    : (['look at row', 'look outside'] as const);
  const look = (draft: RefillState, what: Sweeper['at']): void => {
    if (what === 'look outside') draft.sweeper.sawJob = it(draft).isListed;
    else draft.sweeper.sawState = it(draft).state;
  };
  return [
    ...PLACES.map((index) =>
      step<RefillState>(
        `the sweeper ${first === 'look outside' ? "looks at Nomad's list" : 'reads the row'} for id ${index}`,
        ({ sweeper, places }) => sweeper.at === 'idle' && mayMatter(at(places, index)),
        (draft) => {
          const isRipe = at(draft.places, index).suspicion === 'ripe';
          Object.assign(draft.sweeper, { at: second, place: index, isRipe });
          look(draft, first);
        },
      ),
    ),
    step(
      `the sweeper ${second === 'look outside' ? "looks at Nomad's list" : 'reads the row'} and decides`,
      ({ sweeper }) => sweeper.at === second,
      (draft) => {
        look(draft, second);
        const isFound = isFinding(guards, draft.sweeper);
        const isRipe = draft.sweeper.isRipe || !guards.waitsForGrace;
        if (isFound && isRipe) {
          draft.sweeper.at = 'act';
          return;
        }
        if (!isFound) it(draft).suspicion = 'none';
        else if (it(draft).suspicion === 'none') it(draft).suspicion = 'seen';
        rest(draft);
      },
    ),
    step(
      'the sweeper acts',
      ({ sweeper }) => sweeper.at === 'act',
      (draft) => {
        act(guards, draft, it(draft));
        it(draft).suspicion = 'none';
        rest(draft);
      },
    ),
    fault(
      'the sweeper dies and forgets',
      ({ crashesLeft, sweeper }) => crashesLeft > 0 && sweeper.at !== 'idle',
      (draft) => {
        draft.crashesLeft -= 1;
        for (const place of draft.places) place.suspicion = 'none';
        rest(draft);
      },
    ),
  ];
}

/** Looks that could change nothing at all are left out, to keep the model small. */
function mayMatter({ state, hasJob, isListed, suspicion }: Place): boolean {
  return state !== null || hasJob || isListed || suspicion !== 'none';
}

function isFinding(guards: RefillGuards, { place, sawJob, sawState }: Sweeper): boolean {
  if (sawJob && !isOurs(guards, place)) return false;
  if (isLeftOver(sawState, sawJob)) return guards.clearsLeftOvers;
  return isLost(sawState, sawJob) && guards.failsLost;
}

function isOurs({ asksForMark, asksForInstallation }: RefillGuards, index: number): boolean {
  const owner = JOB_OWNERS[index];
  if (owner === 'a stranger') return !asksForMark;
  return owner === 'us' || !asksForInstallation;
}

/** One act after a last look; the ghost `wrong` says what it must not have been. */
function act(guards: RefillGuards, draft: RefillState, place: Place): void {
  const { sawJob, sawState } = draft.sweeper;
  const { state } = place;
  if (isLeftOver(sawState, sawJob)) {
    if (guards.looksAgain && state !== null && state !== 'deleted') return;
    if (state !== null && state !== 'deleted') draft.wrong = 'stopped a living job';
    place.hasJob = false;
    return;
  }
  const isOvertaken = state !== sawState || (guards.looksAgain && place.isListed);
  if (isOvertaken || state === null) return;
  if (place.hasJob && !place.wasGone) draft.wrong = 'failed a living member';
  place.state = state === 'ready' ? nextState('ready', 'fail') : nextState('idle', 'fail');
}
