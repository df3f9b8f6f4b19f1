import type { CommandSet } from '../program.js';
import type { Session } from '../session.js';
import { showPage } from '../show-page.js';
import { facts } from '../text.js';

/** Adds `access` and `open`. */
export function addAccessCommands({ program, call }: CommandSet): void {
  program
    .command('access')
    .description('print a gateway’s URL and token; every call is audited')
    .argument('<id>')
    .action((id: string) =>
      call(async ({ client, signal, show }) => {
        const { url, token } = await client.call('readAccess', { path: { id }, signal });
        show({ url, token }, facts({ url, token }));
      }),
    );
  program
    .command('open')
    .description('open a gateway’s page, or print its link where there is no screen')
    .argument('<id>')
    .option('--print', 'print the link in any case; it lets in whoever has it')
    .action((id: string, flags: { print?: boolean }) =>
      call((session) => open(session, id, flags.print === true)),
    );
}

async function open(session: Session, id: string, isPrinted: boolean): Promise<void> {
  const { client, signal, show, isJson, world } = session;
  const { url, token } = await client.call('readAccess', { path: { id }, signal });
  // Browsers keep what stands behind # to themselves: no server, log or proxy sees the token.
  const link = `${url}#token=${encodeURIComponent(token)}`;
  const { pageOpener } = world.environment;
  const isShown = pageOpener !== null && world.stdout.isTTY === true && !isPrinted && !isJson;
  if (!isShown) {
    show({ link }, `${link}\n`);
    return;
  }
  await showPage(pageOpener, link, signal);
  show({ url }, `Opened ${url}\n`);
}
