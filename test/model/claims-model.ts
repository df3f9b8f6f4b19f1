import type { Model } from './explore.js';
import { at } from './rows.js';
import { requestActions } from './claim-requests.js';
import {
  deleterActions,
  moverActions,
  poolActions,
  probeActions,
  warmUpActions,
} from './claim-others.js';
import type { ClaimGuards, ClaimScenario, ClaimState, RequestKind } from './claims-state.js';
import { LIVE, initialState } from './claims-state.js';

const OTHERS = {
  probe: probeActions,
  pool: poolActions,
  mover: moverActions,
  deleter: deleterActions,
};

/** Claims, their repetition and their second thoughts, one database statement at a time. */
export function claimsModel(guards: ClaimGuards, scenario: ClaimScenario): Model<ClaimState> {
  return {
    initial: initialState(scenario),
    actions: [
      ...scenario.requests.flatMap((_, number) => requestActions(guards, scenario, number)),
      ...warmUpActions(),
      ...scenario.others.flatMap((other) => OTHERS[other](guards)),
    ],
    invariants: invariantsOf(scenario),
    goal: { name: 'every request gets an answer and no transaction stays open', holds: isQuiet },
    statesMax: 1_000_000,
  };
}

function invariantsOf({ requests: kinds }: ClaimScenario): Model<ClaimState>['invariants'] {
  return {
    'no instance ever has a second owner': ({ members }) =>
      members.every(({ now }) => now === null || now.owners.length <= 1),
    'a tenant has one live claim per name': ({ claims }) => {
      const live = kinds.filter((_, number) => claims[number]?.now?.isLive === true);
      return new Set(live.map(({ tenant, name }) => `${tenant} ${name}`)).size === live.length;
    },
    'a live claim has a living instance of its own tenant': ({ members, claims }) =>
      claims.every(({ now }, number) => {
        if (now?.isLive !== true) return true;
        const member = at(members, now.member).now;
        return (
          member?.owner === at(kinds, number).tenant &&
          member.claim === number &&
          LIVE.includes(member.state)
        );
      }),
    'a living instance with an owner has a live claim': ({ members, claims }) =>
      members.every(({ now }, index) => {
        if (now === null || now.owner === '' || !LIVE.includes(now.state)) return true;
        const claim = claims[now.claim]?.now;
        return claim?.isLive === true && claim.member === index;
      }),
    'what a tenant was told stands': ({ requests, claims }) =>
      requests.every(({ at: place, claim }) => place !== 'told' || at(claims, claim).now !== null),
    'the same key gives the same claim': ({ requests: [first, again] }) =>
      first?.at !== 'told' ||
      again?.at !== 'told' ||
      kinds[1] !== kinds[0] ||
      first.claim === again.claim,
    'a repeated request is not refused for its own claim': ({ requests, claims }) =>
      requests.every(
        ({ at: place }, number) =>
          place !== 'name taken' ||
          !kinds.some((_, other) => isRepeat(kinds, number, other) && claims[other]?.now?.isLive),
      ),
    'a key names the instance that its claim has': ({ key, claims }) => {
      if (key.now === null || claims[key.now.claim]?.now?.isLive !== true) return true;
      return claims[key.now.claim]?.now?.member === key.now.member;
    },
    'no suspect is given away': ({ members }) =>
      members.every(({ now }) => now === null || now.owner === '' || !now.isSuspect),
    'an answered delete leaves no claim alive': ({ deleter, claims }) =>
      deleter.at !== 'done' || at(claims, deleter.claim).now?.isLive === false,
  };
}

/** Whether the two requests are one question, asked twice with one key. */
function isRepeat(kinds: readonly RequestKind[], one: number, other: number): boolean {
  return one !== other && at(kinds, one).hasKey && at(kinds, one) === at(kinds, other);
}

function isQuiet(state: ClaimState): boolean {
  const hasEnded = state.requests.every(({ at: place }) =>
    ['told', 'over', 'name taken'].includes(place),
  );
  const others = [state.pool, state.mover, state.deleter];
  return hasEnded && others.every(({ at: place }) => place === 'start' || place === 'done');
}
