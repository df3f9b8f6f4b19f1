import { InvalidArgumentError } from 'commander';
import { checkKeyName } from '../../domain/providers.js';
import { pause } from '../../lib/timers.js';
import type { KeyCampaign } from '../../client/operation.js';
import { askSecret } from '../ask.js';
import { CliFailure, usage } from '../cli-failure.js';
import { EXIT } from '../exit-codes.js';
import type { CommandSet } from '../program.js';
import { startProgress } from '../progress.js';
import type { RepeatFlag } from '../repeating.js';
import { repeating } from '../repeating.js';
import type { Session } from '../session.js';
import { facts, table } from '../text.js';

const LOOK_EVERY_MS = 1_000;

/** Counts of gateways that the list shows. */
const COUNTED = ['total', 'verified', 'reverted', 'skipped'] as const;

const STARTS_ONCE = 'the same key starts one campaign, however often it is called';

const ACTS = {
  pause: { state: 'paused', says: 'begin no more instances; what is under way ends by itself' },
  resume: {
    state: 'running',
    says: 'go on after a pause, or after a halt whose failures you accept',
  },
  abort: { state: 'aborted', says: 'give up what was not begun, and destroy the new value' },
} as const;

interface ReplaceFlags extends RepeatFlag {
  readonly budget?: number;
  readonly wait: boolean;
}

/** Adds `campaign` with all that it can do. */
export function addCampaignCommands({ program, call }: CommandSet): void {
  const campaign = program
    .command('campaign')
    .description('one key exchanged across the fleet, as after a breach; for operators');
  campaign
    .command('replace')
    .description('bring a new value to every gateway that has the platform’s own key')
    .argument('<name>', 'of a model provider, e.g. anthropic')
    .argument('[extra...]', 'refused: a key does not belong on the command line')
    .option('--budget <percent>', 'gateways that may keep their old key before it halts', share)
    .option('--idempotency-key <key>', STARTS_ONCE)
    .option('--no-wait', 'do not wait until it is over')
    .action((name: string, extra: readonly string[], flags: ReplaceFlags) => {
      if (extra.length > 0) throw usage('Type the key at the prompt or pipe it in.');
      // Before it is shown or sent: it may be a key in the wrong place.
      checkKeyName(name);
      return call((session) => replace(session, name, flags));
    });
  campaign
    .command('renew')
    .description('ask every tenant who brought a key of their own for another one')
    .argument('<name>', 'of the provider or channel')
    .option('--idempotency-key <key>', STARTS_ONCE)
    .action((keyName: string, flags: RepeatFlag) => {
      checkKeyName(keyName);
      return call(async ({ client, signal, show }) => {
        const begun = await client.call('startKeyCampaign', {
          body: { kind: 'renew', keyName },
          ...repeating(flags),
          signal,
        });
        show(begun, described(begun));
      });
    });
  campaign
    .command('list')
    .description('list the last campaigns')
    .action(() =>
      call(async ({ client, signal, show }) => {
        const { items } = await client.call('listKeyCampaigns', { signal });
        show({ items }, listed(items));
      }),
    );
  campaign
    .command('show')
    .description('show how far a campaign is, and who kept the old key')
    .argument('<id>')
    .action((id: string) =>
      call(async ({ client, signal, show }) => {
        const found = await client.call('showKeyCampaign', { path: { id }, signal });
        show(found, described(found));
      }),
    );
  for (const [name, { state, says }] of Object.entries(ACTS)) {
    campaign
      .command(name)
      .description(says)
      .argument('<id>')
      .action((id: string) =>
        call(async ({ client, signal, show }) => {
          const changed = await client.call('changeKeyCampaign', {
            path: { id },
            body: { state },
            signal,
          });
          show(changed, described(changed));
        }),
      );
  }
}

async function replace(
  session: Session,
  keyName: string,
  { budget, wait, ...repeated }: ReplaceFlags,
): Promise<void> {
  const { client, signal, show, world } = session;
  const value = await askSecret(world, `New key ${keyName} for every gateway that has it`);
  const failureBudget = budget === undefined ? {} : { failureBudget: budget };
  const body = { kind: 'replace', keyName, value, ...failureBudget } as const;
  const begun = await client.call('startKeyCampaign', { body, ...repeating(repeated), signal });
  if (!wait) {
    show(begun, described(begun));
    return;
  }
  const over = await followed(session, begun);
  if (over.state !== 'done') {
    const sentence =
      over.state === 'halted'
        ? 'It halted: more gateways could not use the new key than its budget allows, and use the ' +
          `old one. See why with \`clawdeploy campaign show ${over.id}\`, then resume or abort it.`
        : `It is ${over.state}.`;
    throw new CliFailure(EXIT.failed, sentence, { campaign: over });
  }
  show(over, described(over));
}

/** Looks until it is over, halted, or held up by somebody. */
async function followed(
  { client, signal, world }: Session,
  begun: KeyCampaign,
): Promise<KeyCampaign> {
  const at = { path: { id: begun.id }, signal };
  const bar = startProgress(world.stderr, `Replacing the key ${begun.keyName}`);
  try {
    for (let seen = begun; ; seen = await client.call('showKeyCampaign', at)) {
      const { total, waiting, begun: open, reverted } = seen.instances;
      const failed = reverted === 0 ? '' : `, ${String(reverted)} kept the old one`;
      bar.update(total - waiting - open, total, `gateways settled${failed}`);
      if (seen.state !== 'running' || signal.aborted) return seen;
      await pause(LOOK_EVERY_MS, signal);
    }
  } finally {
    bar.end();
  }
}

function described(campaign: KeyCampaign): string {
  const { id, kind, keyName, state, instances, unmoved, valueDestroyedAt } = campaign;
  const about = facts({
    what: `${kind} the key ${keyName}`,
    state,
    gateways: Object.entries(instances)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `${String(count)} ${what}`)
      .join(', '),
    asked: `${campaign.requestedAt} by ${campaign.requestedBy}`,
    settled: valueDestroyedAt,
  });
  if (unmoved.length === 0) return `${id}\n${about}`;
  const rows = unmoved.map(({ instance, state: how, reason }) => [instance, how, reason ?? '–']);
  return `${id}\n${about}\n${table(['gateway', 'outcome', 'why'], rows, '')}`;
}

function listed(items: readonly KeyCampaign[]): string {
  const rows = items.map(({ id, kind, keyName, state, requestedAt, instances }) => [
    ...[id, kind, keyName, state, requestedAt],
    ...COUNTED.map((what) => String(instances[what])),
  ]);
  const header = ['campaign', 'kind', 'key', 'state', 'asked at'];
  return table(
    [...header, 'gateways', 'verified', 'reverted', 'skipped'],
    rows,
    'There was none yet.',
  );
}

function share(text: string): number {
  const percent = Number(text.replace(/%$/, ''));
  if (text !== '' && percent >= 0 && percent <= 100) return percent / 100;
  throw new InvalidArgumentError('It takes 0 to 100 percent.');
}
