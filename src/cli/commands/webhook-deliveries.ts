import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { DELIVERY_STATES } from '../../domain/webhooks/webhook.js';
import type { Schemas, WebhookDelivery } from '../../client/operation.js';
import { usage } from '../cli-failure.js';
import type { CommandSet } from '../program.js';
import type { Session } from '../session.js';
import { table } from '../text.js';
import { wholeNumber } from '../whole-number.js';

const SHOWN_USUAL = 20;

interface ReplayFlags {
  readonly since?: string;
  readonly delivered?: boolean;
}

/** Adds to `webhooks` what is about single deliveries. */
export function addDeliveryCommands(webhooks: Command, call: CommandSet['call']): void {
  webhooks
    .command('deliveries')
    .description('list what became of events, newest first')
    .argument('<id>')
    .addOption(new Option('--state <state>', 'only these').choices(DELIVERY_STATES))
    .option('--limit <count>', 'how many', wholeNumber, SHOWN_USUAL)
    .action((id: string, flags: { state?: WebhookDelivery['state']; limit: number }) =>
      call(async ({ client, signal, show }) => {
        const found = await client.call('listWebhookDeliveries', {
          ...{ path: { id }, query: flags, signal },
        });
        show(found, listed(found.items));
      }),
    );
  webhooks
    .command('replay')
    .description('send a delivery again, or all that failed since a time')
    .argument('<id>')
    .argument('[delivery]')
    .option('--since <time>', 'all of events from then on, e.g. 2026-11-23T12:00:00Z', instant)
    .option('--delivered', 'with --since: those that arrived, too')
    .action((id: string, delivery: string | undefined, flags: ReplayFlags) => {
      if ((delivery === undefined) === (flags.since === undefined)) {
        throw usage('Name a delivery, or a time with --since.');
      }
      return call((session) => replay(session, id, delivery, flags));
    });
  webhooks
    .command('test')
    .description('have an event webhook.test delivered')
    .argument('<id>')
    .action((id: string) =>
      call(async ({ client, signal, show }) => {
        const begun = await client.call('testWebhook', { path: { id }, signal });
        show(begun, `${begun.id} is on its way; see \`clawdeploy webhooks deliveries ${id}\`.\n`);
      }),
    );
}

async function replay(
  session: Session,
  id: string,
  delivery: string | undefined,
  { since, delivered }: ReplayFlags,
): Promise<void> {
  const { client, signal, show } = session;
  if (delivery !== undefined) {
    const path = { id, delivery };
    const begun = await client.call('replayWebhookDelivery', { path, signal });
    show(begun, `${begun.id} is sent again.\n`);
    return;
  }
  const states = delivered === true ? (['failed', 'delivered'] as const) : (['failed'] as const);
  const body = { since: since ?? '', states: [...states] };
  const count = await replayAll(session, id, body);
  show({ count }, `${String(count)} deliveries are sent again.\n`);
}

/** Page after page. */
async function replayAll(
  { client, signal }: Session,
  id: string,
  body: Schemas['WebhookReplay'],
): Promise<number> {
  let count = 0;
  let place: { cursor?: string } = {};
  for (;;) {
    const page = { ...body, ...place };
    const replayed = await client.call('replayWebhookDeliveries', {
      path: { id },
      body: page,
      signal,
    });
    count += replayed.count;
    if (replayed.nextCursor === null) return count;
    place = { cursor: replayed.nextCursor };
  }
}

function listed(items: readonly WebhookDelivery[]): string {
  const rows = items.map((one) => [
    ...[one.id, one.type, one.occurredAt, one.state, String(one.attempts)],
    one.lastFailure ?? String(one.lastStatus ?? ''),
    one.nextAttemptAt ?? '',
  ]);
  const header = ['delivery', 'event', 'happened', 'state', 'attempts', 'last answer', 'next'];
  return table(header, rows, 'There is none.');
}

/** As the API wants it, whatever the time zone it was named in. */
function instant(text: string): string {
  const at = Date.parse(text);
  if (Number.isFinite(at)) return new Date(at).toISOString();
  throw new InvalidArgumentError('Use a time such as 2026-11-23T12:00:00Z.');
}
