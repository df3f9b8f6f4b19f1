import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { stackLayout } from '../../tools/stack/layout.js';
import { readPorts } from '../../tools/stack/ports.js';
import { launchChromium } from '../support/browser.js';
import { ROOT } from '../support/product.js';

/**
 * Photographs what people see of the running development stack into build/screenshots: the
 * gateway's own page through the edge, the Nomad UI with the instances, the API's page, the console,
 * and what a name without an instance answers. For looking at, so nothing here judges the pictures.
 */
const STATE = join(ROOT, '.clawdeploy');
const PICTURES = join(ROOT, 'build', 'screenshots');
const SETTLE_MS = 6_000;

const Cli = z.looseObject({ apiUrl: z.url(), edgeUrl: z.url(), baseDomain: z.string() });
const Instances = z.object({ items: z.array(z.object({ id: z.string(), url: z.url() })) });
const Access = z.object({ url: z.url(), token: z.string() });

async function main(): Promise<void> {
  if (!existsSync(join(STATE, 'cli.json')))
    throw new Error('Nothing runs here; run `make up` first.');
  mkdirSync(PICTURES, { recursive: true });

  const cli = Cli.parse(JSON.parse(readFileSync(join(STATE, 'cli.json'), 'utf8')));
  const { items } = Instances.parse(await ask(`${cli.apiUrl}/v1/instances?state=ready`));
  const [instance] = items;
  if (instance === undefined) throw new Error('No instance is ready; claim one first.');
  const access = Access.parse(await ask(`${cli.apiUrl}/v1/instances/${instance.id}/access`));

  // Names below localhost need no DNS in a browser, but some systems' resolvers refuse them.
  const browser = await launchChromium([`--host-resolver-rules=MAP *.${cli.baseDomain} 127.0.0.1`]);
  try {
    await photograph(browser, 'gateway', `${access.url}#token=${access.token}`);
    await photograph(browser, 'nobody', access.url.replace(instance.id, 'oc-aaaaaaaaaaaa'));
    await photograph(browser, 'api', `${cli.apiUrl}/docs`);
    await photographConsole(browser, cli.apiUrl);
    await photographNomad(browser, instance.id);
  } finally {
    await browser.close();
  }
}

async function photograph(
  browser: Browser,
  name: string,
  url: string,
  before: (page: Page) => Promise<void> = () => Promise.resolve(),
  then: (page: Page) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  await before(page);
  await page.goto(url, { waitUntil: 'load', timeout: 30_000 });
  await then(page);
  // Single-page applications go on drawing after the load; nothing here is judged by a clock.
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  await page.close();
  process.stdout.write(`build/screenshots/${name}.png  ${url.replace(/#.*/, '')}\n`);
}

/** As the operator, once as wide as a desk's screen and once as a phone's. */
async function photographConsole(browser: Browser, apiUrl: string): Promise<void> {
  const token = operatorToken();
  const signIn = async (page: Page): Promise<void> => {
    await page.addInitScript(
      `sessionStorage.setItem('clawdeploy.credential', ${JSON.stringify(token)})`,
    );
  };
  const onPhone = async (page: Page): Promise<void> => {
    await page.setViewportSize({ width: 390, height: 844 });
    await signIn(page);
  };
  await photograph(browser, 'console-sign-in', `${apiUrl}/console`);
  await photograph(browser, 'console', `${apiUrl}/console`, signIn, async (page) => {
    await page.getByRole('list').getByRole('button').first().click();
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
  });
  await photograph(browser, 'console-phone', `${apiUrl}/console`, onPhone);
  await photograph(browser, 'operator', `${apiUrl}/console/operator`, signIn);
  await photograph(browser, 'operator-phone', `${apiUrl}/console/operator`, onPhone);
}

/** Signed in as the operator: the UI keeps its token in the browser's own storage. */
async function photographNomad(browser: Browser, instanceId: string): Promise<void> {
  const ports = readPorts(stackLayout(ROOT));
  if (ports === null) throw new Error('The stack left no ports; run `make up` again.');
  const nomad = `http://127.0.0.1:${ports.nomadHttp}`;
  const token = readFileSync(join(STATE, 'secrets', 'nomad-operator.token'), 'utf8').trim();
  const signIn = async (page: Page): Promise<void> => {
    await page.addInitScript(`localStorage.setItem('nomadTokenSecret', ${JSON.stringify(token)})`);
  };
  await photograph(browser, 'nomad-jobs', `${nomad}/ui/jobs`, signIn);
  await photograph(browser, 'nomad-instance', `${nomad}/ui/jobs/${instanceId}`, signIn);
}

async function ask(url: string): Promise<unknown> {
  const reply = await fetch(url, { headers: { authorization: `Bearer ${operatorToken()}` } });
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}`);
  return reply.json();
}

function operatorToken(): string {
  return readFileSync(join(STATE, 'secrets', 'operator.token'), 'utf8').trim();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
