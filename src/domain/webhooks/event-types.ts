/**
 * Every event that is told to webhooks: the topics of the outbox. What each one's data are stands in
 * src/api/webhook-event-schemas.ts, which is also their documentation.
 */
export const EVENT_TYPES = [
  'instance.claimed',
  'instance.ready',
  'instance.failed',
  'instance.moved',
  'instance.restarting',
  'instance.config_applied',
  'instance.config_put_back',
  'instance.trashed',
  'instance.restored',
  'instance.deleting',
  'instance.deleted',
  'instance.rotated',
  'instance.rotation_reverted',
  'instance.rotation_unconfirmed',
  'instance.key_renewal_due',
  'key_campaign.done',
  'key_campaign.halted',
  'key_campaign.aborted',
  'webhook.disabled',
  'webhook.test',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Whether a text names an event of this release; rows of another one may name others. */
export function isEventType(text: string): text is EventType {
  return (EVENT_TYPES as readonly string[]).includes(text);
}
