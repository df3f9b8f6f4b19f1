import type { ChangeKeyCampaign } from '../../commands/change-key-campaign.js';
import type { FindKeyCampaign } from '../../commands/find-key-campaign.js';
import type { StartKeyCampaign } from '../../commands/start-key-campaign.js';
import { parseKeyCampaignId } from '../../domain/ids.js';
import type { Endpoint } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import {
  KeyCampaignBody,
  KeyCampaignChange,
  KeyCampaignList,
  KeyCampaignPath,
  KeyCampaignShown,
} from '../key-campaign-schemas.js';
import { presentKeyCampaign } from '../present-key-campaign.js';

/** What the operations on key campaigns call. */
export interface KeyCampaignCommands {
  readonly start: Pick<StartKeyCampaign, 'execute'>;
  readonly change: Pick<ChangeKeyCampaign, 'execute'>;
  readonly find: Pick<FindKeyCampaign, 'execute' | 'list'>;
}

const VERBS = { paused: 'pause', running: 'resume', aborted: 'abort' } as const;

/** The operations that exchange one key across the fleet, for operators. */
export function keyCampaignEndpoints(commands: KeyCampaignCommands): Endpoint[] {
  return [
    startKeyCampaign(commands),
    listKeyCampaigns(commands),
    showKeyCampaign(commands),
    changeKeyCampaign(commands),
  ];
}

function startKeyCampaign({ start }: KeyCampaignCommands): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/key-campaigns',
    operationId: 'startKeyCampaign',
    scope: 'key-campaigns:write',
    summary: 'Exchange a key across the fleet, in waves, each proven by a live call; for operators',
    params: null,
    query: null,
    body: KeyCampaignBody,
    isIdempotent: true,
    answers: { 202: { says: 'A worker does it; look how far it is.', schema: KeyCampaignShown } },
    faults: [
      'idempotency_key_reused',
      'provider_unknown',
      'key_malformed',
      'rotation_unprovable',
      'key_campaign_in_progress',
      'write_superseded',
    ],
    async handle({ caller, body: wish, idempotencyKey, signal }) {
      const view = await start.execute({ caller, wish, idempotencyKey, signal });
      return { status: 202, body: presentKeyCampaign(view) };
    },
  });
}

function listKeyCampaigns({ find }: KeyCampaignCommands): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/key-campaigns',
    operationId: 'listKeyCampaigns',
    scope: 'key-campaigns:read',
    summary: 'List the last key campaigns, newest first; for operators',
    params: null,
    query: null,
    body: null,
    answers: { 200: { says: 'At most fifty.', schema: KeyCampaignList } },
    async handle({ caller }) {
      const campaigns = await find.list(caller);
      return { status: 200, body: { items: campaigns.map(presentKeyCampaign) } };
    },
  });
}

function showKeyCampaign({ find }: KeyCampaignCommands): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/key-campaigns/:id',
    operationId: 'showKeyCampaign',
    scope: 'key-campaigns:read',
    summary: 'Show how far a key campaign is; for operators',
    params: KeyCampaignPath,
    query: null,
    body: null,
    answers: { 200: { says: 'The campaign, wave by wave.', schema: KeyCampaignShown } },
    faults: ['key_campaign_unknown'],
    async handle({ caller, params }) {
      const view = await find.execute(caller, parseKeyCampaignId(params.id));
      return { status: 200, body: presentKeyCampaign(view) };
    },
  });
}

function changeKeyCampaign({ change }: KeyCampaignCommands): Endpoint {
  return endpoint({
    method: 'patch',
    path: '/v1/key-campaigns/:id',
    operationId: 'changeKeyCampaign',
    scope: 'key-campaigns:write',
    summary: 'Pause, resume or abort a key campaign; for operators',
    params: KeyCampaignPath,
    query: null,
    body: KeyCampaignChange,
    answers: {
      200: { says: 'Changed; what is under way ends by itself.', schema: KeyCampaignShown },
    },
    faults: ['key_campaign_unknown', 'move_refused'],
    async handle({ caller, params, body: { state } }) {
      const id = parseKeyCampaignId(params.id);
      const view = await change.execute({ caller, id, verb: VERBS[state] });
      return { status: 200, body: presentKeyCampaign(view) };
    },
  });
}
