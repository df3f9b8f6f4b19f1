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

const KEY = 'sk-ant-a-key-that-no-page-may-show';

describe('the console in a browser', function () {
  this.timeout(120_000);

  let world: ConsoleWorld;
  let opened: OpenPage;
  let page: Page;

  before(async function () {
    requireChromium(this);
    world = await startConsoleWorld();
  });

  after(async () => {
    await world?.stop();
  });

  async function open(screen: 'phone' | 'desk' | 'narrow', tenant: string): Promise<void> {
    opened = await world.open('/console', screen);
    ({ page } = opened);
    await expectUsable(opened);
    await signIn(page, await world.token({ role: 'tenant', tenant }));
  }

  const news = (text: string): Promise<void> => page.getByRole('status').getByText(text).waitFor();
  const gone = (): Promise<void> => page.getByText('None yet. Claim one').waitFor();

  /** By way of the trash, out of which it could be restored. */
  async function destroyForEver(): Promise<void> {
    await page.getByRole('button', { name: 'Delete this gateway' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByRole('button', { name: 'Destroy it now' }).click();
    await page.getByRole('button', { name: 'Destroy it for ever' }).click();
  }

  /** Plays the controller for the one instance that is binding. */
  async function bind(): Promise<void> {
    const { id } = await world.found('binding');
    await page.getByText('Step 3 of 6: waiting for a token of its own').waitFor();
    await world.note(id, { bindingStep: 'announced' });
    await page.getByText('Step 5 of 6: waiting for the gateway to take its new owner').waitFor();
    await world.move(id, 'prove');
    await news('default is ready');
  }

  for (const screen of ['phone', 'desk'] as const) {
    it(`takes a person from sign-in to the chat link, keys and deletion on a ${screen}`, async () => {
      await world.addIdle(1);
      await open(screen, `ada-${screen}`);
      await gone();
      expect(await page.getByLabel('Tenant').isVisible(), 'a tenant names no tenant').to.equal(
        false,
      );
      await page.getByRole('button', { name: 'Claim it' }).click();
      await bind();
      await expectUsable(opened);

      await page.getByRole('button', { name: 'Get the chat link' }).click();
      const link = page.getByRole('link', { name: 'Open the gateway' });
      const { id } = await world.found('ready');
      const href = `http://${id}.claws.localhost:8088/#token=a-gateway-token`;
      expect(await link.getAttribute('href')).to.equal(href);
      expect(await link.getAttribute('rel')).to.equal('noopener noreferrer');

      const value = page.getByLabel('Its value');
      expect(await value.getAttribute('type')).to.equal('password');
      await value.fill(KEY);
      await page.getByRole('button', { name: 'Set the key' }).click();
      expect(await value.inputValue(), 'the value is gone from the field at once').to.equal('');
      await world.catchUp(id);
      await news('anthropic is set, and the gateway uses it.');
      expect(await page.content()).to.not.include(KEY);
      await expectUsable(opened);

      await page.getByRole('button', { name: 'Delete this gateway' }).click();
      await page.getByRole('button', { name: 'Keep it' }).click();
      expect((await world.store.instances.find(id))?.state).to.equal('ready');
      await page.getByRole('button', { name: 'Delete this gateway' }).click();
      await expectUsable(opened);
      await page.getByRole('button', { name: 'Delete it' }).click();
      await news('default is in the trash');
      await expectUsable(opened);
      await page.getByRole('button', { name: 'Restore it' }).click();
      await news('default is on its way back');
      await world.move(id, 'prove');
      await news('default is ready');
      await destroyForEver();
      await world.found('deleting');
      await world.move(id, 'finish');
      await news('default is deleted, with its data and keys.');
      await gone();
      await expectClean(opened);
    });
  }

  it('exchanges a key with a receipt, and tells why the old one was kept', async () => {
    await world.addIdle(1);
    await open('desk', 'bea');
    await page.getByRole('button', { name: 'Claim it' }).click();
    await bind();
    const { id } = await world.found('ready');
    const replace = async (): Promise<void> => {
      await page.getByLabel('Its value').fill(KEY);
      await page.getByRole('button', { name: /^(Set|Replace) the key$/ }).click();
    };
    await replace();
    await world.catchUp(id);
    await news('the gateway uses it');
    await replace();
    await news('Proving the new key');
    await waitFor(async () => (await world.store.rotations.findOpen(id))?.state === 'proving', {
      ...{ withinMs: 15_000, describe: 'the new key to be in Vault' },
    });
    await world.store.rotations.closeOpen(id, {
      ...{ at: systemClock.now(), reason: 'key_refused', actor: 'controller' },
    });
    await world.catchUp(id);
    await news('anthropic stays as it was:');
    await page.getByRole('cell', { name: /^reverted/ }).waitFor();
    await page.getByRole('button', { name: 'Delete the key anthropic' }).click();
    await page.getByRole('button', { name: 'Delete the key', exact: true }).click();
    await world.catchUp(id);
    await news('anthropic is deleted.');
    await world.move(id, 'delete');
    await world.move(id, 'finish');
    await expectClean(opened);
  });

  it('says what is wrong, what to do next, and what to tell whoever helps', async () => {
    await open('narrow', 'cyd');
    await page.getByLabel('Name').fill('Not a name');
    await page.getByRole('button', { name: 'Claim it' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('name: use 1–63 lower-case letters, digits and hyphens').waitFor();
    expect(await alert.innerText()).to.match(/request_invalid · req-\w+/);
    await expectUsable(opened);
    await page.getByLabel('Name').fill('default');
    for (let claimed = 0; claimed < 3; claimed += 1) {
      await page.getByLabel('Name').fill(`n${claimed}`);
      await page.getByRole('button', { name: 'Claim it' }).click();
      if (claimed < 2) await page.getByRole('heading', { name: `n${claimed}` }).waitFor();
    }
    await alert.getByText(/^Try again in \d+ seconds\.$/).waitFor();
    expect(await alert.innerText()).to.include('pool_empty');
    await expectUsable(opened);
    await expectClean(opened);
  });

  it('keeps the credential in this tab alone, and forgets it at sign-out', async () => {
    await open('desk', 'dan');
    const kept = 'JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie])';
    const token = await page.evaluate<string>('sessionStorage.getItem("clawdeploy.credential")');
    expect(page.url()).to.not.include(token);
    expect(await page.evaluate(kept)).to.equal(
      JSON.stringify([{ 'clawdeploy.credential': token }, {}, '']),
    );
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Access token or API key').waitFor();
    expect(await page.evaluate(kept)).to.equal(JSON.stringify([{}, {}, '']));
    await expectClean(opened);
  });

  it('refuses what is no credential, in words, and asks again', async () => {
    opened = await world.open('/console', 'phone');
    ({ page } = opened);
    for (const [given, told] of [
      ['two words and more', 'That is no token or API key.'],
      ['a-token-of-nobody-at-all', 'The token is not valid here or has expired; get a new one.'],
    ] as const) {
      const field = page.getByLabel('Access token or API key');
      await field.fill(given);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').getByText(told).waitFor();
      expect(await field.inputValue()).to.equal('');
    }
    await expectClean(opened);
  });

  it('is used from end to end by somebody who has a keyboard alone', async () => {
    await world.addIdle(1);
    opened = await world.open('/console', 'desk');
    ({ page } = opened);
    await tabTo(page, 'Access token or API key');
    await page.keyboard.insertText(await world.token({ role: 'product' }));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await tabTo(page, 'Tenant');
    await page.keyboard.insertText('eve');
    await page.keyboard.press('Enter');
    const { id } = await world.found('binding');
    await page.getByText('Step 3 of 6').waitFor();
    await world.move(id, 'prove');
    await news('eve / default is ready');
    await tabTo(page, 'Its value');
    await page.keyboard.insertText(KEY);
    await page.keyboard.press('Enter');
    await world.catchUp(id);
    await news('the gateway uses it');
    await tabTo(page, 'Delete this gateway');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Delete it');
    await page.keyboard.press('Escape');
    await tabTo(page, 'Delete this gateway');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Delete it');
    await page.keyboard.press('Enter');
    await news('eve / default is in the trash');
    await tabTo(page, 'Destroy it now');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Destroy it for ever');
    await page.keyboard.press('Enter');
    await world.found('deleting');
    await world.move(id, 'finish');
    await news('eve / default is deleted');
    await expectClean(opened);
  });
});
