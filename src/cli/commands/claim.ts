import { Option } from 'commander';
import { isLikeApiKey } from '../../domain/api-key.js';
import { checkKey, checkKeyName } from '../../domain/providers.js';
import { SIZE_CLASS_NAMES } from '../../domain/size-classes.js';
import { monotonicMs } from '../../lib/clock.js';
import { followClaim } from '../../client/follow-claim.js';
import type { ClaimedInstance, Instance, RequestOf, Schemas } from '../../client/operation.js';
import { askSecret } from '../ask.js';
import { CliFailure, usage } from '../cli-failure.js';
import { EXIT } from '../exit-codes.js';
import { startProgress } from '../progress.js';
import type { CommandSet } from '../program.js';
import type { RepeatFlag } from '../repeating.js';
import { repeating } from '../repeating.js';
import type { Session } from '../session.js';
import { describeInstance, duration } from '../text.js';
import { isTenantToken } from '../token-role.js';
import { writeKey } from './write-key.js';

interface ClaimFlags extends RepeatFlag {
  readonly tenant?: string;
  readonly name?: string;
  readonly size?: Schemas['Claim']['sizeClass'];
  readonly region?: string;
  readonly provider?: string;
  readonly wait: boolean;
}

interface Course {
  /** How the API served the claim: warm, queued, cold or replayed. */
  readonly outcome: string;
  readonly claimMs: number;
  readonly readyMs: number | null;
  readonly keyLiveMs: number | null;
}

/** Adds `claim`. */
export function addClaimCommand({ program, call }: CommandSet): void {
  program
    .command('claim')
    .description('give a warm gateway to a tenant')
    .argument('[tenant]', 'whose it becomes; your login by default')
    .option('--tenant <tenant>', 'the same as the argument')
    .option('--name <name>', 'the tenant’s name for it (default: "default")')
    .addOption(new Option('--size <class>', 'its size class').choices(SIZE_CLASS_NAMES))
    .option('--region <name>', 'where to run it (default: the installation’s own)')
    .option('--provider <name>', 'ask for a key of this provider and set it, e.g. anthropic')
    .option('--idempotency-key <key>', 'the same key claims once, however often it is called')
    .option('--no-wait', 'do not wait until it is ready')
    .action((tenant: string | undefined, flags: ClaimFlags) =>
      call((session) => claim(session, tenant, flags)),
    );
}

async function claim(
  session: Session,
  argument: string | undefined,
  flags: ClaimFlags,
): Promise<void> {
  const { client, signal, world } = session;
  const { provider } = flags;
  if (provider !== undefined && !flags.wait) {
    throw usage('A key can only be set once the gateway is ready: leave out --no-wait.');
  }
  if (provider !== undefined) checkKeyName(provider);
  const wish = wishOf(session, argument, flags);
  // Asked for and checked first, so that a wrong paste or Ctrl-C leaves nothing claimed.
  const value = provider === undefined ? null : await askSecret(world, `Key for ${provider}`);
  if (provider !== undefined && value !== null) checkKey(provider, value);

  const startedMs = monotonicMs();
  const claimed = await client.call('claimInstance', { ...wish, signal });
  const claimMs = monotonicMs() - startedMs;
  const { outcome } = claimed.claim;
  if (!flags.wait) {
    conclude(session, claimed, { outcome, claimMs, readyMs: null, keyLiveMs: null });
    return;
  }
  const { id } = claimed;
  try {
    const ready = await untilReady(session, claimed);
    const readyMs = monotonicMs() - startedMs;
    if (provider === undefined || value === null) {
      conclude(session, ready, { outcome, claimMs, readyMs, keyLiveMs: null });
      return;
    }
    const writtenMs = monotonicMs();
    const instance = await writeKey(session, { id: ready.id, name: provider, value });
    const keyLiveMs = monotonicMs() - writtenMs;
    conclude(session, instance, { outcome, claimMs, readyMs, keyLiveMs });
  } catch (error) {
    if (!signal.aborted) throw error;
    const sentence = `Interrupted. ${id} is claimed; see \`clawdeploy show ${id}\`.`;
    throw new CliFailure(EXIT.interrupted, sentence, { id });
  }
}

function wishOf(
  session: Session,
  argument: string | undefined,
  flags: ClaimFlags,
): RequestOf<'claimInstance'> {
  if (argument !== undefined && flags.tenant !== undefined && argument !== flags.tenant) {
    throw usage('The tenant is named twice, and differently.');
  }
  const named = argument ?? flags.tenant;
  // A key is a backend's, which does not claim for whoever happens to be logged in.
  const hasOwner = isTenantToken(session.token) || isLikeApiKey(session.token);
  const own = hasOwner ? undefined : session.world.environment.login;
  const tenant = named ?? own;
  const body = {
    ...(tenant === undefined ? {} : { tenant }),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.size === undefined ? {} : { sizeClass: flags.size }),
    ...(flags.region === undefined ? {} : { region: flags.region }),
  };
  return { body, ...repeating(flags) };
}

async function untilReady(session: Session, { id, claim }: ClaimedInstance): Promise<Instance> {
  const { client, signal, world } = session;
  const bar = startProgress(world.stderr, `Preparing ${id}`);
  try {
    const instance = await followClaim(client, id, {
      isWarm: claim.outcome === 'warm',
      onLook: ({ progress }) => {
        if (progress !== null) bar.update(progress.step - 1, progress.of, progress.what);
      },
      signal,
    });
    if (instance.state === 'ready') return instance;
    const why = instance.failure?.sentence ?? `look again with \`clawdeploy show ${id}\``;
    const sentence = `${id} is ${instance.state} instead of ready: ${why}`;
    throw new CliFailure(EXIT.failed, sentence, { instance });
  } finally {
    bar.end();
  }
}

function conclude({ show }: Session, instance: Instance, course: Course): void {
  const { outcome, ...times } = course;
  const { claimMs, readyMs, keyLiveMs } = times;
  const said = [
    `claimed in ${duration(claimMs)} (${outcome})`,
    ...(readyMs === null ? [] : [`ready after ${duration(readyMs)}`]),
    ...(keyLiveMs === null ? [] : [`key live after another ${duration(keyLiveMs)}`]),
  ].join(', ');
  const next =
    readyMs === null
      ? `  clawdeploy show ${instance.id}     how far it is\n`
      : `  clawdeploy open ${instance.id}     its page\n` +
        `  clawdeploy access ${instance.id}   its URL and token\n`;
  show({ instance, claim: { outcome }, times }, `${describeInstance(instance)}\n${said}\n${next}`);
}
