import { Command } from 'commander';
import { addAccessCommands } from './commands/access.js';
import { addApiKeyCommands } from './commands/api-keys.js';
import { addAuditCommands } from './commands/audit.js';
import { addCampaignCommands } from './commands/campaign.js';
import { addClaimCommand } from './commands/claim.js';
import { addConfigCommands } from './commands/config.js';
import { addInstanceCommands } from './commands/instances.js';
import { addKeyCommands } from './commands/keys.js';
import { addLifecycleCommands } from './commands/lifecycle.js';
import { addPoolCommands } from './commands/pool.js';
import { addSweepCommand } from './commands/sweep.js';
import { addStackCommands } from './commands/stack.js';
import { addTenantCommands } from './commands/tenant.js';
import { addWebhookCommands } from './commands/webhooks.js';
import { productVersion } from './environment.js';
import type { Session } from './session.js';
import { inSession } from './session.js';
import type { World } from './world.js';

/** What the modules of commands add themselves to. */
export interface CommandSet {
  readonly program: Command;
  readonly world: World;
  /** Whether results and failures are printed as JSON. */
  readonly isJson: boolean;
  /** Where a command puts an exit code that is no failure of its own, e.g. a child's. */
  readonly exit: { code: number };
  /** Runs a command's work with a connection to the API. */
  readonly call: (work: (session: Session) => Promise<void>) => Promise<void>;
}

const HELP = `
Where the API is comes from .clawdeploy/cli.json, here or in a folder above, which \`make up\` writes;
or from CLAWDEPLOY_API_URL and CLAWDEPLOY_TOKEN_FILE.

Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 not found, 4 conflict, 5 no capacity,
6 unreachable, 130 interrupted.`;

/** The commands with their arguments; parsing one runs it. */
export function createProgram(world: World, isJson: boolean): CommandSet {
  const exit = { code: 0 };
  const program = new Command('clawdeploy')
    .description('An OpenClaw gateway for each of your users.')
    .version(productVersion())
    .option('--json', 'print results and failures as JSON')
    .addHelpText('after', HELP)
    .showHelpAfterError(isJson ? false : '(see `clawdeploy --help`)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      writeErr: (text) => void world.stderr.write(text),
      // With --json whoever runs this prints the failure, as it does every other.
      outputError: (text, write) => {
        if (!isJson) write(masked(text));
      },
    })
    .exitOverride();
  const call = (work: (session: Session) => Promise<void>): Promise<void> =>
    inSession(world, isJson, work);
  const set: CommandSet = { program, world, isJson, exit, call };
  addStackCommands(set);
  addClaimCommand(set);
  addInstanceCommands(set);
  addLifecycleCommands(set);
  addConfigCommands(set);
  addKeyCommands(set);
  addAccessCommands(set);
  addPoolCommands(set);
  addTenantCommands(set);
  addSweepCommand(set);
  addCampaignCommands(set);
  addApiKeyCommands(set);
  addWebhookCommands(set);
  addAuditCommands(set);
  return set;
}

/** Blots out what stands behind `=`: it may be a key that somebody put in the wrong place. */
export function masked(text: string): string {
  return text.replaceAll(/(--?[\w-]+)=[^'\s]*/g, '$1=…');
}
