import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { CLAIM_OUTCOMES } from '../domain/claim.js';
import { KEY_CAMPAIGN_KINDS } from '../domain/key-campaign/key-campaign.js';
import type { EventType } from '../domain/webhooks/event-types.js';
import { WEBHOOK_AUDIENCES } from '../domain/webhooks/webhook.js';

extendZodWithOpenApi(z);

const instant = z.iso.datetime().openapi({ example: '2026-11-23T12:00:00.000Z' });

/** What every event of an instance says; a stock member has neither tenant nor name. */
const ofInstance = z.object({
  instance: z.string().openapi({ example: 'oc-4fzk2m7qwxyz' }),
  tenant: z.string().nullable(),
  name: z.string().nullable(),
});
const ofRotation = ofInstance.extend({
  rotation: z.string().openapi({ description: 'Its id, as /v1/instances/{id}/rotations has it.' }),
  names: z.string().openapi({ description: 'Names of the keys, separated by blanks.' }),
});
const ofConfigChange = ofInstance.extend({
  change: z.string().openapi({ description: 'Its id, as …/config/changes has it.' }),
  number: z.number().int().openapi({ description: 'Which of the instance’s changes it was.' }),
});
const ofCampaign = z.object({
  campaign: z.string(),
  kind: z.enum(KEY_CAMPAIGN_KINDS),
  keyName: z.string(),
});
const ofWebhook = z.object({ webhook: z.string() });
const code = z.string().openapi({ description: 'Why, as `failure.code` of the instance says.' });

interface EventDescription {
  readonly says: string;
  readonly data: z.ZodObject;
}

/** When each event happens and what it says. None says anything secret. */
export const EVENTS: Readonly<Record<EventType, EventDescription>> = {
  'instance.claimed': {
    says: 'A tenant got an instance; it is not ready yet.',
    data: ofInstance.extend({ outcome: z.enum(CLAIM_OUTCOMES) }),
  },
  'instance.ready': {
    says: 'The instance was seen to take its tenant’s token through the edge.',
    data: ofInstance.extend({ revision: z.number().int().nullable() }),
  },
  'instance.failed': {
    says: 'The instance could not be brought to work, or died, and nothing replaces it.',
    data: ofInstance.extend({ code }),
  },
  'instance.moved': {
    says: 'The tenant was given another instance in place of this one.',
    data: ofInstance.extend({
      to: z.string().openapi({ description: 'Id of the other one.' }),
      code,
      keysLost: z.boolean().openapi({ description: 'Whether their keys have to be set again.' }),
    }),
  },
  'instance.restarting': {
    says: 'Somebody asked for a restart of the gateway; it is ready again, or failed, after it.',
    data: ofInstance,
  },
  'instance.config_applied': {
    says: 'The gateway runs with the settings that its tenant changed.',
    data: ofConfigChange,
  },
  'instance.config_put_back': {
    says: 'The gateway did not take the changed settings; it runs with those of before.',
    data: ofConfigChange,
  },
  'instance.trashed': {
    says: 'Somebody deleted the instance; until its time is up that can be undone.',
    data: ofInstance.extend({ destroyAt: instant }),
  },
  'instance.restored': {
    says: 'The instance was taken out of the trash; it is ready again, or failed, after it.',
    data: ofInstance,
  },
  'instance.deleting': {
    says: 'Somebody asked for the end of the instance; it answers no more.',
    data: ofInstance,
  },
  'instance.deleted': {
    says: 'Nothing is left of the instance: job, data, secrets.',
    data: ofInstance,
  },
  'instance.rotated': {
    says: 'The gateway uses its new keys, each proven by a live call; the old ones are destroyed.',
    data: ofRotation,
  },
  'instance.rotation_reverted': {
    says: 'A rotation came to nothing; the gateway uses its old keys.',
    data: ofRotation.extend({ reason: z.string().nullable() }),
  },
  'instance.rotation_unconfirmed': {
    says: 'The new keys are within the gateway’s reach, and it was not seen to use them yet.',
    data: ofRotation.extend({ reason: z.string() }),
  },
  'instance.key_renewal_due': {
    says: 'The tenant is to bring another key of this name, as after a breach.',
    data: ofInstance.extend({ keyName: z.string(), campaign: z.string() }),
  },
  'key_campaign.done': { says: 'A key campaign is over.', data: ofCampaign },
  'key_campaign.halted': { says: 'Too many instances kept their old key.', data: ofCampaign },
  'key_campaign.aborted': { says: 'A key campaign was given up.', data: ofCampaign },
  'webhook.disabled': {
    says: 'A webhook is told nothing any more, for it is gone or took nothing for days.',
    data: ofWebhook.extend({
      audience: z.enum(WEBHOOK_AUDIENCES),
      reason: z.enum(['gone', 'failing']),
    }),
  },
  'webhook.test': { says: 'Somebody asked whether this webhook works.', data: ofWebhook },
};

/** The body of a request to a webhook. */
export function eventSchema(type: EventType): z.ZodObject {
  return z.object({
    type: z.literal(type),
    timestamp: instant.openapi({ description: 'When it happened.' }),
    data: EVENTS[type].data,
  });
}
