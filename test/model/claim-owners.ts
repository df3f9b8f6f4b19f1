import { nextState } from '../../src/domain/instance.js';
import type { Claim, ClaimGuards, ClaimState, Member } from './claims-state.js';
import { LIVE, NONE, current, followed, tables } from './claims-state.js';
import type { Action } from './explore.js';
import { fault, step } from './explore.js';
import type { Row } from './rows.js';
import { at, commit, isFree, rollBack, write } from './rows.js';

const TOLD_BY: readonly number[] = [0, 1];

/** Tenant A deletes an instance that it was told of, as DeleteInstance does it. */
export function deleterActions(guards: ClaimGuards): readonly Action<ClaimState>[] {
  const by = 'deleter';
  const target = (state: ClaimState): Row<Member> => at(state.members, state.deleter.member);
  const canLock = (state: ClaimState): boolean =>
    state.deleter.at === 'lock' && isFree(target(state), by);
  const isMoved = (state: ClaimState): boolean =>
    guards.deleteFollowsMove && current(target(state), by).replacedBy !== NONE;
  const isMarkable = (state: ClaimState): boolean =>
    [...LIVE, 'failed'].includes(current(target(state), by).state);
  return [
    ...TOLD_BY.map((number) =>
      fault<ClaimState>(
        `A deletes what request ${number} told of`,
        (state) => state.deleter.at === 'start' && state.requests[number]?.at === 'told',
        (draft) => {
          const { claim, member } = at(draft.requests, number);
          const meant = guards.deleteFollowsMove ? followed(draft, member) : member;
          Object.assign(draft.deleter, { at: 'lock', claim, member: meant });
        },
      ),
    ),
    step(
      'the deleter finds that the owner was moved, and follows',
      (state) => canLock(state) && isMoved(state),
      (draft) => {
        draft.deleter.member = followed(draft, draft.deleter.member);
      },
    ),
    step(
      'the deleter locks the instance and marks it',
      (state) => canLock(state) && !isMoved(state) && isMarkable(state),
      (draft) => {
        const member = current(target(draft), by);
        write(target(draft), by, { ...member, state: nextState(member.state, 'delete') });
        draft.deleter.at = 'release';
      },
    ),
    step(
      'the deleter finds the instance marked already and answers',
      (state) => canLock(state) && !isMoved(state) && !isMarkable(state),
      (draft) => {
        draft.deleter.at = 'done';
      },
    ),
    step(
      'the deleter releases the claim and commits',
      (state) => state.deleter.at === 'release' && claimsOf(state).every((of) => isFree(of, by)),
      (draft) => {
        for (const of of claimsOf(draft)) {
          write(of, by, { member: draft.deleter.member, isLive: false });
        }
        commit(tables(draft), by);
        draft.deleter.at = 'done';
      },
    ),
  ];
}

/** Live claims on the instance that is being deleted. */
function claimsOf({ claims, deleter }: ClaimState): readonly Row<Claim>[] {
  return claims.filter(({ now }) => now?.isLive === true && now.member === deleter.member);
}

/** Tenant A sets a key: first in Vault, then in the row, if the row still takes keys. */
export function keySetterActions(): readonly Action<ClaimState>[] {
  const by = 'key setter';
  const target = (state: ClaimState): Row<Member> => at(state.members, state.keySetter.member);
  return [
    ...TOLD_BY.map((number) =>
      fault<ClaimState>(
        `A writes a key for what request ${number} told of into Vault`,
        (state) => state.keySetter.at === 'start' && state.requests[number]?.at === 'told',
        (draft) => {
          const { member } = at(draft.requests, number);
          Object.assign(draft.keySetter, { at: 'record', member: followed(draft, member) });
        },
      ),
    ),
    step(
      'the key is recorded and accepted, or refused',
      (state) => state.keySetter.at === 'record' && isFree(target(state), by),
      (draft) => {
        const member = current(target(draft), by);
        if (LIVE.includes(member.state)) {
          write(target(draft), by, { ...member, hasKeys: true });
          commit(tables(draft), by);
        } else {
          rollBack(tables(draft), by);
        }
        draft.keySetter.at = 'done';
      },
    ),
  ];
}
