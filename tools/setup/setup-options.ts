import { parseArgs } from 'node:util';
import { SetupFailure } from './setup-failure.js';
import type { ToolId } from './tools.js';
import { TOOL_IDS } from './tools.js';

/** What whoever runs setup may choose. */
export interface SetupOptions {
  /** Null for everything; else only these, and the product is not built. */
  readonly only: ReadonlySet<ToolId> | null;
  readonly isOffline: boolean;
  readonly isJson: boolean;
  readonly wantsHelp: boolean;
}

export const USAGE = `Usage: make setup [ARGS="..."]

Finds, fetches or builds what the development stack runs: the five servers, PostgreSQL, Redis, Node
for OpenClaw and OpenClaw itself; then builds ClawDeploy. Run again, it takes seconds. What only the
tests need (oasdiff, schemathesis) is got by \`make test-tools\`.

  --only a,b   only these: ${TOOL_IDS.join(', ')}
  --offline    look on PATH and in the cache, fetch nothing
  --json       print the result as JSON on standard output
  --help       this text

Settings (environment): CLAWDEPLOY_CACHE, CLAWDEPLOY_RELEASES_URL; see docs/setup.md.
`;

/** Reads the arguments; fails with one sentence about what is wrong in them. */
export function readSetupOptions(argv: readonly string[]): SetupOptions {
  const values = valuesOf(argv);
  return {
    only: values.only === undefined ? null : toolsIn(values.only),
    isOffline: values.offline ?? false,
    isJson: values.json ?? false,
    wantsHelp: values.help ?? false,
  };
}

function valuesOf(argv: readonly string[]): Values {
  try {
    const options = {
      only: { type: 'string' },
      offline: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SetupFailure(`${reason} (--help lists the options)`, { cause: error });
  }
}

interface Values {
  only?: string;
  offline?: boolean;
  json?: boolean;
  help?: boolean;
}

function toolsIn(list: string): ReadonlySet<ToolId> {
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const known = TOOL_IDS.filter((id) => names.includes(id));
  const unknown = names.filter((name) => !TOOL_IDS.some((id) => id === name));
  if (unknown.length > 0 || known.length === 0) {
    const which = unknown.length > 0 ? `does not know ${unknown.join(', ')}` : 'names nothing';
    throw new SetupFailure(`--only ${which}; it takes a list of ${TOOL_IDS.join(', ')}.`);
  }
  return new Set(known);
}
