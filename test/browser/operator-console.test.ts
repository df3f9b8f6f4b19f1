import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { systemClock } from '../../src/lib/clock.js';
import { requireChromium } from '../support/browser.js';
import { waitFor } from '../support/wait-for.js';
import type { ConsoleWorld, OpenPage } from './support/console-world.js';
import {
  expectClean,
  expectUsable,
  signIn,
  startConsoleWorld,
  tabTo,
} from './support/console-world.js';

const MEMBERS = 30;

describe('the operators’ console in a browser', function () {
  this.timeout(120_000);

  let world: ConsoleWorld;
  let opened: OpenPage;
  let page: Page;

  before(async function () {
    requireChromium(this);
    world = await startConsoleWorld();
    await world.addIdle(MEMBERS);
    const minutesAgo = (minutes: number): Date =>
      new Date(systemClock.now().getTime() - minutes * 60_000);
    await world.store.claims.recordRefusals('s@default', 4, minutesAgo(22));
    await world.store.claims.recordRefusals('s@default', 9, minutesAgo(7));
  });

  after(async () => {
    await world?.stop();
  });

  async function open(screen: 'phone' | 'desk' | 'narrow'): Promise<void> {
    opened = await world.open('/console/operator', screen);
    ({ page } = opened);
    await signIn(page, await world.token({ role: 'operator' }));
    await page.getByRole('heading', { name: world.pool.id }).waitFor();
  }

  const isPaused = async (): Promise<boolean> =>
    (await world.store.pools.find(world.pool.id))?.pausedAt !== null;

  for (const screen of ['phone', 'desk', 'narrow'] as const) {
    it(`shows stock, stock-outs, instances, health and audit on a ${screen}`, async () => {
      await open(screen);
      const pool = page.getByRole('article', { name: `Pool ${world.pool.id}` });
      await pool.getByText(`${MEMBERS} of 2`).waitFor();
      const plot = pool.getByRole('img', { name: /in the last hour 13 of 13 claims \(100 %\)/ });
      expect(await plot.locator('rect.refused').count()).to.equal(2);
      expect(await plot.locator('line.predicted').count()).to.equal(1);
      await pool.getByText('The same as figures').click();
      expect(await pool.getByRole('row').count(), 'a head and two pieces of the hour').to.equal(3);
      await page.getByText('database').waitFor();
      await page.getByRole('button', { name: 'Look only' }).waitFor();
      await expectUsable(opened);
      await expectClean(opened);
    });
  }

  it('pauses and resumes a pool with the keyboard alone, and asks before', async () => {
    await open('desk');
    await tabTo(page, 'Pause');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Pause it');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('Pause: done').waitFor();
    expect(await isPaused()).to.equal(true);
    await page.getByText('Paused: it starts nothing').waitFor();
    await page.keyboard.press('Enter');
    await waitFor(async () => !(await isPaused()), { withinMs: 10_000, describe: 'its end' });
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('pool.change').first().waitFor({ state: 'attached' });
    await expectClean(opened);
  });

  it('finds instances by state, and turns pages', async () => {
    await open('desk');
    const list = page.getByRole('group', { name: 'Instances' });
    await list.getByRole('row').nth(25).waitFor();
    expect(await list.getByRole('row').count()).to.equal(26);
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText('Page 2').waitFor();
    expect(await list.getByRole('row').count()).to.equal(MEMBERS - 25 + 1);
    await page.getByRole('button', { name: 'Previous page' }).click();
    await page.getByText('Page 1').waitFor();
    await page.getByLabel('State').selectOption('failed');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText('There are none like this.').waitFor();
    await expectClean(opened);
  });

  it('asks for a sweep that only looks, and shows that it waits for a controller', async () => {
    await open('phone');
    await page.getByRole('button', { name: 'Look only' }).click();
    await page.getByText('a controller takes it up within seconds').waitFor();
    await expectUsable(opened);
    await expectClean(opened);
  });

  it('tells a tenant that pools are not theirs, and shows nothing', async () => {
    opened = await world.open('/console/operator', 'phone');
    ({ page } = opened);
    await page
      .getByLabel('Access token or API key')
      .fill(await world.token({ role: 'tenant', tenant: 'ada' }));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('needs the scope pools:read').waitFor();
    expect(await page.getByRole('heading', { name: 'Pools' }).isVisible()).to.equal(false);
    await expectClean(opened);
  });
});
