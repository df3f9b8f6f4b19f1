import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

/** Where Debian and others put a Chromium; none is downloaded. */
const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const MISSING = 'No Chromium was found; on Debian: apt-get install chromium';

/** It speaks to nobody but the pages that it is shown. */
const ARGUMENTS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

/** Starts a Chromium without a window; the caller closes it. Fails where there is none. */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = PATHS.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(MISSING);
  return chromium.launch({ executablePath, args: [...ARGUMENTS, ...args] });
}

/** Skips a suite, and says why, where nobody installed a browser; fails where all must be there. */
export function requireChromium(suite: Mocha.Context): void {
  if (PATHS.some((path) => existsSync(path))) return;
  if (process.env['CI'] !== undefined) throw new Error(MISSING);
  process.stdout.write(`${MISSING}\n`);
  suite.skip();
}
