import type {
  BindingGuards,
  BindingScenario,
  BindingState,
  Controller,
  Member,
  Row,
} from './binding-state.js';
import {
  CONTROLLERS,
  IDLE,
  MEMBERS,
  REFUSED,
  TENANTS,
  UNASKED,
  beginBinding,
  freeMember,
  give,
  initialState,
  keyOfState,
} from './binding-state.js';
import type { Action, Model } from './explore.js';
import { fault, step } from './explore.js';
import { copyOf } from './plain-data.js';
import { nextState } from '../../src/domain/instance.js';
import { at } from './rows.js';

/**
 * From a member's first row to its owner's proof, with two controllers that hold no lease: each may
 * work on anything at any time and be as late as it likes, which is worse than any lost lease.
 */
export function bindingModel(
  guards: BindingGuards,
  scenario: BindingScenario,
): Model<BindingState> {
  return {
    initial: initialState(scenario),
    actions: [
      ...scenario.tenants.map(claimAction),
      ...CONTROLLERS.flatMap((number) => controllerActions(guards, number)),
      ...MEMBERS.flatMap((index) => outsideActions(guards, index)),
    ],
    invariants: PROMISES,
    goal: { name: 'everybody is served or told so, and nothing is left over', holds: isSettled },
    key: keyOfState,
    statesMax: 400_000,
  };
}

function claimAction(tenant: 'A' | 'B'): Action<BindingState> {
  return fault(
    `${tenant} claims`,
    ({ claims }) => claims[tenant] === UNASKED,
    (draft) => {
      const index = freeMember(draft);
      draft.claims[tenant] = index;
      if (index !== REFUSED) give(at(draft.members, index), tenant);
    },
  );
}

/** What happens to a member by itself. */
function outsideActions(guards: BindingGuards, index: number): readonly Action<BindingState>[] {
  const member = (state: BindingState): Member => at(state.members, index);
  return [
    step(
      `the gateway of member ${index} loads what is announced`,
      (state) => {
        const { job, announced, tokens, loaded } = member(state);
        return job === 'up' && announced > 0 && tokens >= announced && loaded !== announced;
      },
      (draft) => {
        const { announced, newest } = member(draft);
        Object.assign(member(draft), { loaded: announced, newest: Math.max(newest, announced) });
      },
    ),
    fault(
      `the gateway of member ${index} dies before anybody could use it`,
      (state) =>
        state.deathsLeft > 0 && member(state).job === 'up' && member(state).row.state !== 'ready',
      (draft) => {
        draft.deathsLeft -= 1;
        Object.assign(member(draft), { job: 'dead', loaded: 0 });
      },
    ),
    fault(
      `another gateway gets the port of member ${index}`,
      (state) => state.reusesLeft > 0 && member(state).job === 'dead',
      (draft) => {
        draft.reusesLeft -= 1;
        member(draft).isPortReused = true;
      },
    ),
    step(
      `the catalog forgets the address of member ${index}`,
      (state) => member(state).isPortReused,
      (draft) => {
        Object.assign(member(draft), { isPortReused: false, job: 'gone' });
      },
    ),
    step(
      `the sweeper clears what member ${index} left behind`,
      (state) =>
        guards.sweeps && member(state).row.state === 'deleted' && hasLeftovers(member(state)),
      (draft) => {
        Object.assign(member(draft), { job: 'none', loaded: 0, isPortReused: false });
        Object.assign(member(draft), { announced: 0, tokens: 0 });
      },
    ),
  ];
}

/** What its gateway's start-up says, as far as anybody can tell from its address. */
function hasStarted({ loaded, isPortReused }: Member): boolean {
  return loaded > 0 || isPortReused;
}

function isDead({ job, isPortReused }: Member): boolean {
  return (job === 'dead' && !isPortReused) || job === 'gone';
}

function hasLeftovers({ job, announced, tokens }: Member): boolean {
  return job !== 'none' || announced > 0 || tokens > 0;
}

type Then = (draft: BindingState, me: Controller, member: Member) => void;

function controllerActions(guards: BindingGuards, number: number): readonly Action<BindingState>[] {
  const me = (state: BindingState): Controller => at(state.controllers, number);
  const mine = (state: BindingState): Member => at(state.members, me(state).member);
  const doing = (place: string, what: string, then: Then): Action<BindingState> =>
    step(
      `controller ${number} ${what}`,
      (state) => me(state).at === place,
      (draft) => then(draft, me(draft), mine(draft)),
    );
  return [
    ...MEMBERS.map((index) =>
      step<BindingState>(
        `controller ${number} reads member ${index}`,
        (state) => me(state).at === 'idle' && firstStep(at(state.members, index)) !== null,
        (draft) => {
          const member = at(draft.members, index);
          const saw = copyOf(member.row);
          Object.assign(me(draft), { at: firstStep(member), member: index, saw });
        },
      ),
    ),
    ...launchSteps(guards, doing),
    ...bindSteps(guards, doing),
    ...endSteps(guards, doing),
    fault(
      `controller ${number} dies`,
      (state) => state.crashesLeft > 0 && me(state).at !== 'idle',
      (draft) => {
        draft.crashesLeft -= 1;
        rest(me(draft));
      },
    ),
    fault(
      `controller ${number} calls the binding late`,
      (state) =>
        state.delaysLeft > 0 &&
        me(state).at !== 'idle' &&
        me(state).saw.state === 'binding' &&
        me(state).at !== 'give up',
      (draft) => {
        draft.delaysLeft -= 1;
        me(draft).at = 'give up';
      },
    ),
  ];
}

function rest(controller: Controller): void {
  Object.assign(controller, copyOf(IDLE));
}

/** What a controller does first for a row as it is; null when there is nothing to do. */
function firstStep(member: Member): string | null {
  const { row } = member;
  switch (row.state) {
    case 'creating':
      return 'ensure token';
    case 'warming':
      if (isDead(member)) return 'give up';
      if (!hasStarted(member)) return null;
      return row.owner === '' ? 'warm up' : 'admit';
    case 'idle':
      return isDead(member) ? 'give up' : null;
    case 'binding':
      return isDead(member) ? 'give up' : bindStep(row);
    case 'failed':
      return row.owner === '' || row.isReplaced ? 'clear away' : null;
    case 'deleting':
      return 'stop job';
    // Ways back to ready have a model of their own.
    case 'resuming':
    case 'trashed':
    case 'ready':
    case 'stopped':
    case 'deleted':
      return null;
  }
}

function bindStep({ step: reached }: Row): string {
  switch (reached) {
    case null:
    case 'claimed':
      return 'ensure token';
    case 'secrets_written':
      return 'announce';
    case 'announced':
      return 'ask with the old token';
    case 'acknowledged':
      return 'prove';
  }
}

type Doing = (place: string, what: string, then: Then) => Action<BindingState>;

/** creating → warming → idle, or → binding for whoever waits. */
function launchSteps(guards: BindingGuards, doing: Doing): readonly Action<BindingState>[] {
  return [
    doing('ensure token', 'makes sure of the token in Vault', (_, me, member) => {
      const { version, state } = me.saw;
      const isNext = member.tokens === version - 1;
      if (isNext) member.tokens = version;
      if (member.tokens < version) rest(me);
      else me.at = state === 'creating' ? 'announce' : 'note secrets_written';
    }),
    doing('announce', 'announces the version', (_, me, member) => {
      const { version, state } = me.saw;
      if (state === 'binding' && !hasStarted(member)) {
        rest(me);
        return;
      }
      if (!guards.announcesForward || member.announced < version) member.announced = version;
      me.at = state === 'creating' ? 'start job' : 'note announced';
    }),
    doing('start job', 'starts the job', (_, me, member) => {
      if (!guards.startsOnce || member.job === 'none') member.job = 'up';
      me.at = 'launch';
    }),
    doing('launch', 'notes the launch', (_, me, member) => {
      changeSeen(guards, me, member, { state: nextState('creating', 'launch') });
      rest(me);
    }),
    doing('warm up', 'warms it up with the token that it saw', (_, me, member) => {
      if (!hasStarted(member)) rest(me);
      else me.at = member.loaded === me.saw.version ? 'admit' : 'give up';
    }),
    doing('admit', 'admits it, for whoever owns it now', (_, me, { row }) => {
      if (row.state === 'warming' && row.owner === '') row.state = nextState('warming', 'admit');
      else if (row.state === 'warming') beginBinding(row);
      rest(me);
    }),
  ];
}

/** binding → ready, from wherever the row says that somebody came. */
function bindSteps(guards: BindingGuards, doing: Doing): readonly Action<BindingState>[] {
  const noting = (reached: NonNullable<Row['step']>): Action<BindingState> =>
    doing(`note ${reached}`, `notes ${reached}`, (_, me, member) => {
      changeSeen(guards, me, member, { step: reached });
      rest(me);
    });
  return [
    noting('secrets_written'),
    noting('announced'),
    doing('ask with the old token', 'asks with the old token', (_, me, member) => {
      const isRefused = hasStarted(member) && member.loaded !== me.saw.version - 1;
      if (isRefused) me.at = 'note acknowledged';
      else rest(me);
    }),
    noting('acknowledged'),
    doing('prove', "tries the tenant's token through the edge", (_, me, member) => {
      const isOpen = member.loaded === me.saw.version && member.row.state === 'binding';
      if (isOpen || !guards.proves) me.at = 'note ready';
      else rest(me);
    }),
    doing('note ready', 'notes that it is ready', (_, me, member) => {
      const isNoted = changeSeen(guards, me, member, { state: nextState('binding', 'prove') });
      if (isNoted) member.wasReady = true;
      rest(me);
    }),
  ];
}

/** Away with what cannot be brought to work, and with its owner to another member. */
function endSteps(guards: BindingGuards, doing: Doing): readonly Action<BindingState>[] {
  return [
    doing('give up', 'gives it up and moves its owner, if it has one', (draft, me, member) => {
      giveUp(guards, draft, me, member);
      rest(me);
    }),
    doing('clear away', 'marks it for deletion', (_, me, member) => {
      const reused = { state: 'idle', owner: '', step: null, isReplaced: false } as const;
      const changes = guards.destroysUsed ? { state: nextState('failed', 'delete') } : reused;
      changeSeen(guards, me, member, changes);
      rest(me);
    }),
    doing('stop job', 'stops and forgets the job', (_, me, member) => {
      Object.assign(member, { job: 'none', loaded: 0, isPortReused: false });
      me.at = 'withdraw';
    }),
    doing('withdraw', 'withdraws the announcement', (_, me, member) => {
      member.announced = 0;
      me.at = 'shred';
    }),
    doing('shred', 'shreds the secrets', (_, me, member) => {
      member.tokens = 0;
      me.at = 'finish';
    }),
    doing('finish', 'notes that it is deleted', (_, me, member) => {
      changeSeen(guards, me, member, { state: nextState('deleting', 'finish') });
      rest(me);
    }),
  ];
}

/** One transaction: another member for the owner if there is one, and this member failed. */
function giveUp(guards: BindingGuards, draft: BindingState, me: Controller, member: Member): void {
  const { owner } = me.saw;
  const state = nextState(me.saw.state, 'fail');
  const other = owner === '' ? REFUSED : freeMember(draft);
  const isFailed = changeSeen(guards, me, member, { state, isReplaced: other !== REFUSED });
  if (!isFailed || owner === '') return;
  if (other === REFUSED) {
    member.isKept = true;
    return;
  }
  give(at(draft.members, other), owner);
  if (owner === 'A' || owner === 'B') draft.claims[owner] = other;
}

/** The conditional statement; false where it changed no row. */
function changeSeen(
  guards: BindingGuards,
  { saw }: Controller,
  { row }: Member,
  changes: Partial<Row>,
): boolean {
  if (guards.checksState && row.state !== saw.state) return false;
  if (guards.checksFence && row.fence !== saw.fence) return false;
  Object.assign(row, changes);
  return true;
}

const PROMISES: Model<BindingState>['invariants'] = {
  'no instance ever has a second owner': ({ members }) =>
    members.every(({ owners }) => owners.length <= 1),
  'a claim has an instance of its own, or its tenant was told why not': ({ members, claims }) =>
    TENANTS.every((tenant) => {
      const index = claims[tenant];
      if (index === UNASKED || index === REFUSED) return true;
      const { row, isKept } = at(members, index);
      const isHeld = ['creating', 'warming', 'binding', 'ready'].includes(row.state);
      return row.owner === tenant && (isHeld || (row.state === 'failed' && isKept));
    }),
  'the stock has no owner': ({ members }) =>
    members.every(({ row }) => row.state !== 'idle' || row.owner === ''),
  'an instance that was ready stays so until it is given up': ({ members }) =>
    members.every(
      ({ row, wasReady }) =>
        !wasReady || ['ready', 'failed', 'deleting', 'deleted'].includes(row.state),
    ),
  "a ready gateway lets its owner's token in and no older one": ({ members }) =>
    members.every(
      ({ row, job, loaded }) => row.state !== 'ready' || job !== 'up' || loaded === row.version,
    ),
  "no instance is ready before its gateway has used its owner's token": ({ members }) =>
    members.every(({ row, newest }) => row.state !== 'ready' || newest === row.version),
  'what was failed for its tenant to see is not cleared away': ({ members }) =>
    members.every(({ row, isKept }) => row.state !== 'deleted' || !isKept),
};

function isSettled({ members, controllers }: BindingState): boolean {
  const isAtRest = members.every(
    (member) =>
      firstStep(member) === null &&
      !['warming', 'binding'].includes(member.row.state) &&
      !(member.row.state === 'deleted' && hasLeftovers(member)),
  );
  return isAtRest && controllers.every(({ at: place }) => place === 'idle');
}
