import { moverActions, poolActions, probeActions, warmUpActions } from './claim-controllers.js';
import { deleterActions, keySetterActions } from './claim-owners.js';
import { requestActions } from './claim-requests.js';
import type {
  ClaimGuards,
  ClaimScenario,
  ClaimState,
  Member,
  RequestKind,
} from './claims-state.js';
import { LIVE, NONE, followed, initialState } from './claims-state.js';
import type { Model } from './explore.js';
import { at } from './rows.js';

const OTHERS = {
  probe: probeActions,
  pool: poolActions,
  mover: moverActions,
  deleter: deleterActions,
  keySetter: keySetterActions,
} as const;

/** Claims, their repetition and their second thoughts, one database statement at a time. */
export function claimsModel(guards: ClaimGuards, scenario: ClaimScenario): Model<ClaimState> {
  const { requests, others } = scenario;
  return {
    initial: initialState(scenario),
    actions: [
      ...requests.flatMap((_, number) => requestActions(guards, scenario, number)),
      ...warmUpActions(),
      ...others.flatMap((other) => OTHERS[other](guards)),
    ],
    invariants: {
      ...ownershipOf(requests),
      ...answersOf(guards, requests),
    },
    goal: { name: 'every request gets an answer and no transaction stays open', holds: isQuiet },
    statesMax: 500_000,
  };
}

function ownershipOf(kinds: readonly RequestKind[]): Model<ClaimState>['invariants'] {
  return {
    'no instance ever has a second owner': ({ members }) =>
      members.every(({ now }) => now === null || now.owners.length <= 1),
    'a tenant has one live claim per name': ({ claims }) => {
      const live = kinds.filter((_, number) => claims[number]?.now?.isLive === true);
      return new Set(live.map(({ tenant, name }) => `${tenant} ${name}`)).size === live.length;
    },
    'a live claim has an instance of its own tenant': ({ members, claims }) =>
      claims.every(({ now }, number) => {
        if (now?.isLive !== true) return true;
        const member = at(members, now.member).now;
        const isHis = member?.owner === at(kinds, number).tenant && member.claim === number;
        return isHis && isHeld(member);
      }),
    'an instance with an owner has a live claim': ({ members, claims }) =>
      members.every(({ now }, index) => {
        if (now === null || now.owner === '' || !isHeld(now)) return true;
        const claim = claims[now.claim]?.now;
        return claim?.isLive === true && claim.member === index;
      }),
    'no suspect is given away': ({ members }) =>
      members.every(({ now }) => now === null || now.owner === '' || !now.isSuspect),
    'no accepted key is lost without a word': ({ members }) =>
      members.every(
        ({ now }) => now === null || now.replacedBy === NONE || !now.hasKeys || now.isLossTold,
      ),
  };
}

/** Alive, or kept after a failure for its tenant and the operator to see. */
function isHeld({ state, replacedBy }: Member): boolean {
  return LIVE.includes(state) || (state === 'failed' && replacedBy === NONE);
}

function answersOf(
  guards: ClaimGuards,
  kinds: readonly RequestKind[],
): Model<ClaimState>['invariants'] {
  return {
    'what a tenant was told stands': ({ requests, claims }) =>
      requests.every(({ at: place, claim }) => place !== 'told' || at(claims, claim).now !== null),
    'the same key gives the same claim': ({ requests: [first, again] }) =>
      first?.at !== 'told' ||
      again?.at !== 'told' ||
      !isRepeat(kinds, 0, 1) ||
      first.claim === again.claim,
    'a repeated request is not refused for its own claim': ({ requests, claims }) =>
      requests.every(
        ({ at: place }, number) =>
          place !== 'name taken' ||
          !kinds.some((_, other) => isRepeat(kinds, number, other) && claims[other]?.now?.isLive),
      ),
    'a repeated request finds the instance that its claim has': (state) => {
      const { now } = state.key;
      const claim = now === null ? null : state.claims[now.claim]?.now;
      if (now === null || claim?.isLive !== true) return true;
      return claim.member === (guards.replayFollowsMove ? followed(state, now.member) : now.member);
    },
    'an answered delete leaves no claim alive': ({ deleter, claims }) =>
      deleter.at !== 'done' || at(claims, deleter.claim).now?.isLive === false,
  };
}

/** Whether the two requests are one question, asked twice with one key. */
function isRepeat(kinds: readonly RequestKind[], one: number, other: number): boolean {
  return one !== other && at(kinds, one).hasKey && at(kinds, one) === at(kinds, other);
}

function isQuiet({ requests, pool, mover, deleter, keySetter }: ClaimState): boolean {
  const hasEnded = requests.every(({ at: place }) =>
    ['told', 'over', 'name taken'].includes(place),
  );
  const others = [pool, mover, deleter, keySetter];
  return hasEnded && others.every(({ at: place }) => place === 'start' || place === 'done');
}
