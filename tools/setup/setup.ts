import { buildProduct } from './build-product.js';
import { removeDrafts } from './cache.js';
import { driverFor } from './driver.js';
import type { Obtained } from './obtained.js';
import { obtainGateway } from './obtain-gateway.js';
import { obtainPostgres } from './obtain-postgres.js';
import { obtainRedis } from './obtain-redis.js';
import { obtainGoProgram } from './obtain-go-program.js';
import { obtainSchemathesis } from './obtain-schemathesis.js';
import type { SetupContext } from './setup-context.js';
import { SetupFailure, refuseIfInterrupted, sentenceOf } from './setup-failure.js';
import type { SetupGap, SetupReport, SetupRow } from './setup-report.js';
import type { PartialToolchain } from './toolchain.js';
import { loadPartialToolchain, saveToolchain } from './toolchain.js';
import type { ServerId, Tool, ToolId } from './tools.js';
import {
  NODE,
  OASDIFF,
  OPENCLAW,
  POSTGRES,
  REDIS,
  SCHEMATHESIS,
  SERVERS,
  TEST_TOOL_IDS,
  TOOL_IDS,
} from './tools.js';

/** What one source of tools brought: parts of the toolchain, and their lines of the table. */
interface Yield {
  readonly toolchain: PartialToolchain;
  readonly rows: readonly SetupRow[];
}

const STACK_TOOL_IDS: ReadonlySet<ToolId> = new Set(
  TOOL_IDS.filter((id) => !TEST_TOOL_IDS.some((one) => one === id)),
);

const SERVER_IDS: readonly ServerId[] = ['nomad', 'consul', 'vault', 'caddy', 'traefik'];

/**
 * Gets everything that was asked for, or that the stack needs, at the same time where that helps, and then builds ClawDeploy.
 *
 * One thing that is missing stops no other. The toolchain file is written after each thing that was
 * got, so that an interrupted setup loses nothing that it had. The caller holds the setup lock.
 */
export async function setUp(
  context: SetupContext,
  only: ReadonlySet<ToolId> | null,
): Promise<SetupReport> {
  const startedAt = performance.now();
  await removeDrafts(context.cacheRoot);
  const rows: SetupRow[] = [];
  const gaps: SetupGap[] = [];
  const save = await savingInTurn(context.root);
  const works = worksFor(context, only ?? STACK_TOOL_IDS).map(async ({ tool, work }) => {
    const got = await work().catch((error: unknown) => {
      gaps.push(gapOf(tool, error));
      return null;
    });
    if (got === null) return;
    rows.push(...got.rows);
    await save(got.toolchain);
  });
  const [unsaved] = (await Promise.allSettled(works)).filter(isRejected);
  refuseIfInterrupted(context.signal);
  if (unsaved !== undefined) throw unsaved.reason;
  let build: string | null = null;
  try {
    if (only === null) build = await buildProduct(context);
  } catch (error) {
    gaps.push(gapOf('build', error));
  }
  refuseIfInterrupted(context.signal);
  return {
    rows: rows.sort((left, right) => TOOL_IDS.indexOf(left.tool) - TOOL_IDS.indexOf(right.tool)),
    gaps,
    build,
    driver: driverFor(context.platform.isRoot),
    tookMs: performance.now() - startedAt,
  };
}

function isRejected(outcome: PromiseSettledResult<void>): outcome is PromiseRejectedResult {
  return outcome.status === 'rejected';
}

function worksFor(
  context: SetupContext,
  wanted: ReadonlySet<ToolId>,
): { readonly tool: ToolId; readonly work: () => Promise<Yield> }[] {
  const servers = SERVER_IDS.map((id) => ({
    tool: id,
    work: async () => {
      const obtained = await obtainGoProgram(context, SERVERS[id]);
      const row = rowOf(SERVERS[id], obtained, obtained.found.path);
      return { toolchain: { [id]: obtained.found }, rows: [row] };
    },
  }));
  const others = [
    { tool: POSTGRES.id, work: () => postgresYield(context) },
    { tool: REDIS.id, work: () => redisYield(context) },
    { tool: OPENCLAW.id, work: () => gatewayYield(context) },
    { tool: OASDIFF.id, work: () => oasdiffYield(context) },
    { tool: SCHEMATHESIS.id, work: () => schemathesisYield(context) },
  ];
  // Node comes in one folder with OpenClaw: who wants either gets both.
  return [...servers, ...others].filter(
    ({ tool }) => wanted.has(tool) || (tool === OPENCLAW.id && wanted.has(NODE.id)),
  );
}

async function postgresYield(context: SetupContext): Promise<Yield> {
  const obtained = await obtainPostgres(context);
  const row = rowOf(POSTGRES, obtained, obtained.found.binDir);
  return { toolchain: { postgres: obtained.found }, rows: [row] };
}

async function redisYield(context: SetupContext): Promise<Yield> {
  const obtained = await obtainRedis(context);
  const row = rowOf(REDIS, obtained, obtained.found.path);
  return { toolchain: { redis: obtained.found }, rows: [row] };
}

async function oasdiffYield(context: SetupContext): Promise<Yield> {
  const obtained = await obtainGoProgram(context, OASDIFF);
  const row = rowOf(OASDIFF, obtained, obtained.found.path);
  return { toolchain: { oasdiff: obtained.found }, rows: [row] };
}

async function schemathesisYield(context: SetupContext): Promise<Yield> {
  const obtained = await obtainSchemathesis(context);
  const row = rowOf(SCHEMATHESIS, obtained, obtained.found.path);
  return { toolchain: { schemathesis: obtained.found }, rows: [row] };
}

async function gatewayYield(context: SetupContext): Promise<Yield> {
  const { node, openclaw, compileCacheDir } = await obtainGateway(context);
  return {
    toolchain: { node: node.found, openclaw: openclaw.found, compileCacheDir },
    rows: [rowOf(NODE, node, node.found.path), rowOf(OPENCLAW, openclaw, openclaw.found.dir)],
  };
}

function rowOf(
  tool: Tool,
  obtained: Obtained<{ readonly version: string }>,
  place: string,
): SetupRow {
  const { found, how } = obtained;
  return { tool: tool.id, title: tool.title, version: found.version, how, place };
}

function gapOf(what: SetupGap['what'], error: unknown): SetupGap {
  const details = error instanceof SetupFailure ? error : { tail: [], log: null };
  return { what, sentence: sentenceOf(error), tail: details.tail, log: details.log };
}

/** Adds to the toolchain file, one writer at a time, keeping what earlier setups found. */
async function savingInTurn(root: string): Promise<(more: PartialToolchain) => Promise<void>> {
  let known = await loadPartialToolchain(root);
  let last: Promise<void> = Promise.resolve();
  return (more) => {
    known = { ...known, ...more };
    last = last.then(() => saveToolchain(root, known));
    return last;
  };
}
