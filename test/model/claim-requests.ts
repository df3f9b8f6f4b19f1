import type { Action } from './explore.js';
import { fault, step } from './explore.js';
import { at, commit, isFree, rollBack, write } from './rows.js';
import type { ClaimGuards, ClaimScenario, ClaimState, Process } from './claims-state.js';
import { NO_CLAIM, NO_MEMBER, giveTo, tables, takeable } from './claims-state.js';

/** One request from its first statement to its answer. */
export function requestActions(
  guards: ClaimGuards,
  { requests }: ClaimScenario,
  number: number,
): readonly Action<ClaimState>[] {
  const { tenant, name, hasKey } = at(requests, number);
  const by = `request ${number}`;
  const who = `${by} (${tenant}, "${name}"${hasKey ? ', key k' : ''})`;
  const usesKey = hasKey && guards.idempotencyRow;
  const me = (state: ClaimState): Process => at(state.requests, number);
  const isAt = (state: ClaimState, place: string): boolean => me(state).at === place;
  const rivals = requests.flatMap((rival, other) =>
    other !== number && rival.tenant === tenant && rival.name === name ? [other] : [],
  );
  const isNameLive = (state: ClaimState): boolean =>
    guards.oneLiveClaimPerName &&
    rivals.some((rival) => at(state.claims, rival).now?.isLive === true);
  const canRecord = (state: ClaimState): boolean =>
    isAt(state, 'record') &&
    (!guards.oneLiveClaimPerName || rivals.every((rival) => isFree(at(state.claims, rival), by)));
  const giveUp = (draft: ClaimState, place: string): void => {
    rollBack(tables(draft), by);
    Object.assign(me(draft), { at: place, member: NO_MEMBER, claim: NO_CLAIM });
  };

  return [
    step(
      `${who} begins`,
      (state) => isAt(state, 'start') && (!usesKey || isFree(state.key, by)),
      (draft) => {
        const known = usesKey ? draft.key.now : null;
        if (known === null) {
          if (usesKey) write(draft.key, by, { claim: NO_CLAIM, member: NO_MEMBER });
          me(draft).at = 'take';
        } else {
          Object.assign(me(draft), { at: 'answer', ...known });
        }
      },
    ),
    ...takeActions(guards, by, tenant, number),
    step(
      `${who} is refused: the pool is empty`,
      (state) => isAt(state, 'take') && takeable(guards, state) === NO_MEMBER,
      (draft) => giveUp(draft, 'over'),
    ),
    step(
      `${who} records its claim`,
      (state) => canRecord(state) && !isNameLive(state),
      (draft) => {
        const { member } = me(draft);
        write(at(draft.claims, number), by, { member, isLive: true });
        me(draft).at = 'commit';
      },
    ),
    step(
      `${who} is refused: the name is taken`,
      (state) => canRecord(state) && isNameLive(state),
      (draft) => giveUp(draft, 'name taken'),
    ),
    step(
      `${who} commits`,
      (state) => isAt(state, 'commit'),
      (draft) => {
        const { member } = me(draft);
        if (usesKey) write(draft.key, by, { claim: number, member });
        commit(tables(draft), by);
        Object.assign(me(draft), { at: 'answer', claim: number });
      },
    ),
    step(
      `${who} is answered`,
      (state) => isAt(state, 'answer'),
      (draft) => {
        me(draft).at = 'told';
      },
    ),
    fault(
      `${who} does not get its answer`,
      (state) => isAt(state, 'answer'),
      (draft) => giveUp(draft, 'over'),
    ),
    fault(
      `${who} dies with its process`,
      (state) => state.crashesLeft > 0 && ['take', 'record', 'commit'].includes(me(state).at),
      (draft) => {
        draft.crashesLeft -= 1;
        giveUp(draft, 'over');
      },
    ),
  ];
}

function takeActions(
  guards: ClaimGuards,
  by: string,
  tenant: string,
  claim: number,
): readonly Action<ClaimState>[] {
  const me = (state: ClaimState): Process => at(state.requests, claim);
  const take = (draft: ClaimState, index: number): void => {
    giveTo(at(draft.members, index), by, tenant, claim);
    me(draft).member = index;
    me(draft).at = 'record';
  };
  const members = [0, 1, 2];
  if (guards.takesUnderLock) {
    return members.map((index) =>
      step(
        `${by} takes member ${index}`,
        (state) => me(state).at === 'take' && takeable(guards, state) === index,
        (draft) => take(draft, index),
      ),
    );
  }
  return members.flatMap((index) => [
    step<ClaimState>(
      `${by} reads that member ${index} is free`,
      (state) => me(state).at === 'take' && takeable(guards, state) === index,
      (draft) => Object.assign(me(draft), { at: 'write', member: index }),
    ),
    step<ClaimState>(
      `${by} writes itself into member ${index}`,
      (state) =>
        me(state).at === 'write' &&
        me(state).member === index &&
        isFree(at(state.members, index), by),
      (draft) => take(draft, index),
    ),
  ]);
}
