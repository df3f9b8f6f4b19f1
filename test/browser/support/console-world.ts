import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { InstanceId } from '../../../src/domain/ids.js';
import type { Instance, InstanceVerb } from '../../../src/domain/instance.js';
import type { Pool } from '../../../src/domain/pool.js';
import { systemClock } from '../../../src/lib/clock.js';
import type { InstanceNotes, Store } from '../../../src/ports/index.js';
import { aPoolKey, anInstanceId } from '../../support/builders.js';
import { launchChromium } from '../../support/browser.js';
import type { TestDatabase } from '../../support/database.js';
import { startTestDatabase } from '../../support/database.js';
import { HandFeed } from '../../support/hand-feed.js';
import type { RealApi } from '../../support/real-api.js';
import { startRealApi } from '../../support/real-api.js';
import { waitFor } from '../../support/wait-for.js';

/** Generous: what is waited for here comes at once, unless others use the machine as well. */
const SOON = { withinMs: 15_000 };

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The two screens that the pages are made for, and one as narrow as there are. */
export const SCREENS = {
  phone: { width: 390, height: 844 },
  desk: { width: 1440, height: 900 },
  narrow: { width: 360, height: 640 },
} as const;

/** A page of the console, and what it did that nobody asked for. */
export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors in the browser's console and in scripts, refusals that were provoked left out. */
  readonly errors: string[];
  /** Addresses that it asked at other origins. */
  readonly strangers: string[];
}

/** The console on a real API and database; the test plays the controllers. */
export interface ConsoleWorld {
  readonly url: string;
  readonly store: Store;
  readonly pool: Pool;
  token(claims: { readonly role: string; readonly tenant?: string }): Promise<string>;
  open(path: string, screen: keyof typeof SCREENS): Promise<OpenPage>;
  addIdle(count: number): Promise<void>;
  /** The instance in this state, as soon as there is one. */
  found(state: Instance['state']): Promise<Instance>;
  move(id: InstanceId, verb: InstanceVerb): Promise<void>;
  note(id: InstanceId, notes: InstanceNotes): Promise<void>;
  /** As a gateway that has loaded what it was told to. */
  catchUp(id: InstanceId): Promise<void>;
  stop(): Promise<void>;
}

/** Starts everything; the caller stops it. */
export async function startConsoleWorld(): Promise<ConsoleWorld> {
  const database = await startTestDatabase();
  const store = await database.emptyStore();
  const feed = new HandFeed();
  const api = await startRealApi(store, '0.0.0', feed);
  const browser = await launchChromium();
  const bounds = { idleFloor: 2, idleCeiling: 8, membersMax: 50 };
  const pool = await store.pools.ensure(aPoolKey(), bounds, systemClock.now());
  return worldOn({ database, store, feed, api, browser, pool });
}

interface Parts {
  readonly database: TestDatabase;
  readonly store: Store;
  readonly feed: HandFeed;
  readonly api: RealApi;
  readonly browser: Browser;
  readonly pool: Pool;
}

function worldOn({ database, store, feed, api, browser, pool }: Parts): ConsoleWorld {
  async function change(
    id: InstanceId,
    work: (seen: Instance) => Promise<Instance | null>,
  ): Promise<void> {
    const seen = await store.instances.find(id);
    if (seen === null) throw new Error(`there is no ${id}`);
    expect(await work(seen)).to.not.equal(null);
    feed.tell({ id });
  }
  return {
    ...{ url: api.url, store, pool },
    token: (claims) => api.token(claims),
    open: (path, screen) => openPage(browser, `${api.url}${path}`, screen),
    async addIdle(count) {
      const at = systemClock.now();
      for (let made = 0; made < count; made += 1) {
        const created = await store.instances.insert({ id: anInstanceId(), pool, at });
        const launched = await store.instances.move(created, { verb: 'launch', at });
        if (launched !== null) await store.instances.move(launched, { verb: 'admit', at });
      }
    },
    found: (state) =>
      waitFor(async () => (await store.instances.list({ states: [state] }, FIRST)).rows[0], {
        ...SOON,
        describe: `an instance that is ${state}`,
      }),
    move: (id, verb) =>
      change(id, (seen) => {
        // What a gateway was claimed with it runs with by then.
        const notes = verb === 'prove' ? { revisionApplied: seen.revision } : {};
        return store.instances.move(seen, { verb, at: systemClock.now() }, notes);
      }),
    note: (id, notes) => change(id, (seen) => store.instances.note(seen, notes)),
    catchUp: async (id) => {
      await waitFor(
        async () => {
          const seen = await store.instances.find(id);
          return seen !== null && seen.revision > seen.revisionApplied;
        },
        { ...SOON, describe: 'a new revision' },
      );
      await change(id, (seen) => store.instances.note(seen, { revisionApplied: seen.revision }));
    },
    async stop() {
      await browser.close();
      await api.stop();
      await database.stop();
    },
  };
}

const FIRST = { limit: 1, cursor: null };

async function openPage(
  browser: Browser,
  url: string,
  screen: keyof typeof SCREENS,
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: SCREENS[screen], colorScheme: 'light' });
  const page = await context.newPage();
  page.setDefaultTimeout(SOON.withinMs);
  const errors: string[] = [];
  const strangers: string[] = [];
  const { origin } = new URL(url);
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    // The browser itself notes each answer of 4xx; whether one was wanted is for the test to say.
    const isRefusal = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isRefusal) errors.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) strangers.push(request.url());
  });
  await page.goto(url);
  return { page, context, errors, strangers };
}

/** Signs in as a person does. */
export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Access token or API key').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** Fails when the page is wider than its screen, or has what keeps people with disabilities out. */
export async function expectUsable({ page }: OpenPage): Promise<void> {
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(overflow, 'pixels beyond the right edge').to.equal(0);
  await page.evaluate(AXE);
  const violations = await page.evaluate<Violation[]>(
    'axe.run().then((found) => found.violations)',
  );
  const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  const told = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  expect(told).to.deep.equal([]);
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** Fails when the page did what it must never do. */
export async function expectClean(opened: OpenPage): Promise<void> {
  expect(opened.errors, 'errors in the browser').to.deep.equal([]);
  expect(opened.strangers, 'requests to others').to.deep.equal([]);
  await opened.context.close();
}

/** Presses Tab until the element with this name has the focus, as who has no mouse does. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate<string>(FOCUSED_NAME);
    if (focused.startsWith(name)) return;
  }
  throw new Error(`Tab never reaches ${name}`);
}

const FOCUSED_NAME = `(() => {
  const { activeElement: at } = document;
  const label = at.labels?.[0]?.textContent;
  return (at.getAttribute('aria-label') ?? label ?? at.textContent).trim();
})()`;
