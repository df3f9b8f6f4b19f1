import type { Command } from 'commander';
import { Option } from 'commander';
import { EVENT_TYPES } from '../../domain/webhooks/event-types.js';
import type { Schemas, Webhook, WebhookWithSecret } from '../../client/operation.js';
import { usage } from '../cli-failure.js';
import type { CommandSet } from '../program.js';
import type { Session } from '../session.js';
import { facts, table } from '../text.js';
import { wholeNumber } from '../whole-number.js';
import { addDeliveryCommands } from './webhook-deliveries.js';

interface Flags {
  readonly event?: NonNullable<Schemas['NewWebhook']['eventTypes']>;
  readonly allEvents?: boolean;
  readonly description?: string;
  readonly disabled?: boolean;
  readonly url?: string;
  readonly enable?: boolean;
  readonly disable?: boolean;
}

/** Adds `webhooks` with all that it can do. */
export function addWebhookCommands({ program, call }: CommandSet): void {
  const webhooks = program
    .command('webhooks')
    .description('addresses that are told of events by signed requests');
  webhooks
    .command('create')
    .description('have an address told of events; its secret is printed this once')
    .argument('<url>', 'https, and public')
    .addOption(events())
    .option('--description <text>', 'what you call it')
    .option('--disabled', 'do not send anything yet')
    .action((url: string, flags: Flags) => call((session) => create(session, url, flags)));
  webhooks
    .command('list')
    .description('list webhooks, with whether they are told anything')
    .action(() =>
      call(async ({ client, signal, show }) => {
        const items = await client.allWebhooks(signal);
        show({ items }, listed(items));
      }),
    );
  webhooks
    .command('show')
    .description('show a webhook')
    .argument('<id>')
    .action((id: string) =>
      call(async ({ client, signal, show }) => {
        const found = await client.call('getWebhook', { path: { id }, signal });
        show(found, described(found));
      }),
    );
  addChangeCommands(webhooks, call);
  addDeliveryCommands(webhooks, call);
}

function addChangeCommands(webhooks: Command, call: CommandSet['call']): void {
  webhooks
    .command('update')
    .description('change a webhook, disable it, or enable it again')
    .argument('<id>')
    .option('--url <url>', 'https, and public')
    .addOption(events())
    .option('--all-events', 'of every event')
    .option('--description <text>', 'what you call it')
    .addOption(new Option('--disable', 'send nothing more').conflicts('enable'))
    .option('--enable', 'send again, what waits first')
    .action((id: string, flags: Flags) => call((session) => update(session, id, flags)));
  webhooks
    .command('delete')
    .description('delete a webhook with its deliveries and its secret')
    .argument('<id>')
    .action((id: string) =>
      call(async ({ client, signal, show }) => {
        await client.call('deleteWebhook', { path: { id }, signal });
        show({ id }, `${id} is told nothing any more.\n`);
      }),
    );
  webhooks
    .command('rotate-secret')
    .description('make another secret; for a while both sign')
    .argument('<id>')
    .option(
      '--overlap <seconds>',
      'how long the old one signs as well; 0 after a leak',
      wholeNumber,
    )
    .action((id: string, { overlap }: { readonly overlap?: number }) =>
      call(async (session) => {
        const body = overlap === undefined ? {} : { overlapSeconds: overlap };
        const { client, signal } = session;
        printSecret(
          session,
          await client.call('renewWebhookSecret', { path: { id }, body, signal }),
        );
      }),
    );
}

function events(): Option {
  return new Option('--event <types...>', 'of which events (default: all)').choices(EVENT_TYPES);
}

async function create(
  session: Session,
  url: string,
  { event: eventTypes, description, disabled }: Flags,
): Promise<void> {
  const body = {
    url,
    ...(eventTypes === undefined ? {} : { eventTypes }),
    ...(description === undefined ? {} : { description }),
    ...(disabled === true ? { isEnabled: false } : {}),
  };
  const { client, signal } = session;
  printSecret(session, await client.call('createWebhook', { body, signal }));
}

async function update(
  { client, signal, show }: Session,
  id: string,
  { url, event, allEvents, description, enable, disable }: Flags,
): Promise<void> {
  const eventTypes = allEvents === true ? null : event;
  const body = {
    ...(url === undefined ? {} : { url }),
    ...(eventTypes === undefined ? {} : { eventTypes }),
    ...(description === undefined ? {} : { description }),
    ...(enable === true ? { isEnabled: true } : {}),
    ...(disable === true ? { isEnabled: false } : {}),
  };
  if (Object.keys(body).length === 0) throw usage('Say what to change; see --help.');
  const changed = await client.call('changeWebhook', { path: { id }, body, signal });
  show(changed, described(changed));
}

/** Nothing but the secret goes to standard output, so that it can be sent straight into a file. */
function printSecret({ isJson, world, show }: Session, made: WebhookWithSecret): void {
  if (!isJson) {
    world.stderr.write(`${described(made)}Its secret is shown this once; keep it.\n`);
  }
  show(made, `${made.secret}\n`);
}

function described(webhook: Webhook): string {
  const { id, url, audience, eventTypes, description, previousSecretUntil } = webhook;
  return `${id}\n${facts({
    ...{ url, 'hears as': audience, events: eventTypes?.join(' ') ?? 'all' },
    description: description === '' ? null : description,
    state: stateOf(webhook),
    'failing since': webhook.failingSince,
    'old secret until': previousSecretUntil,
  })}`;
}

function stateOf({ isEnabled, disabledReason }: Webhook): string {
  return isEnabled ? 'enabled' : `disabled (${disabledReason ?? 'unknown'})`;
}

function listed(items: readonly Webhook[]): string {
  const rows = items.map((one) => [
    ...[one.id, one.url, one.audience, one.eventTypes?.join(' ') ?? 'all', stateOf(one)],
  ]);
  return table(['webhook', 'url', 'hears as', 'events', 'state'], rows, 'There is none yet.');
}
