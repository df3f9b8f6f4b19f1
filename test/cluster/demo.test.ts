import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { readConnectionFile, readToken } from '../../src/cli/connection-file.js';
import { ApiClient } from '../../src/client/api-client.js';
import { memberBars } from '../../tools/demo/member-bars.js';
import type { DemoResult } from '../../tools/demo/run-demo.js';
import { runDemo } from '../../tools/demo/run-demo.js';
import { summaryOf } from '../../tools/demo/summary.js';
import { oneProduct } from '../support/one-product.js';
import type { Product } from '../support/product.js';
import { allocationIdOf } from '../support/stack-eyes.js';

/** What `make up` ends with, on a real stack and a real gateway. */
describe('the demo', function () {
  this.timeout(300_000);

  const shared = oneProduct.forSuite();
  let product: Product;
  let client: ApiClient;
  let member: string;
  let allocation: string;
  let first: DemoResult;
  const shown = new PassThrough();

  before(async () => {
    product = await shared.take();
    const connection = readConnectionFile(product.info.layout.cli);
    client = new ApiClient({ apiUrl: connection.apiUrl, token: readToken(connection) });
  });

  after(async () => {
    client?.close();
    await shared.giveBack();
  });

  function demo(): Promise<DemoResult> {
    return runDemo({
      client,
      connection: readConnectionFile(product.info.layout.cli),
      bars: memberBars(shown as unknown as NodeJS.WriteStream),
      say: (line) => void shown.write(`${line}\n`),
      signal: new AbortController().signal,
    });
  }

  it('gives a tenant a member of the pool, which answers with the key that was just set', async () => {
    [member = ''] = await product.idleMembers(1);
    allocation = await allocationIdOf(product.info, member);
    first = await demo();

    expect(first.instance).to.include({ id: member, state: 'ready', tenant: 'demo' });
    expect(first.fingerprint).to.match(/^[0-9a-f]{12}$/);
    expect(await product.chat(member, first.token)).to.include(first.fingerprint);
    expect(await allocationIdOf(product.info, member)).to.equal(allocation);
  });

  it('tells the times that it took, and the token only to a person', () => {
    const { claimMs, readyMs, keyLiveMs, firstAnswerMs } = first;
    for (const time of [claimMs, readyMs, keyLiveMs, firstAnswerMs]) {
      expect(time).to.be.greaterThan(0);
    }
    expect(readyMs).to.be.greaterThan(claimMs ?? Infinity);
    expect(firstAnswerMs).to.be.greaterThan(keyLiveMs);
    const forFile = summaryOf(first, { isForPerson: false, nomadUi: null });
    expect(forFile).to.match(/claim answered +\d+ ms\n/);
    expect(forFile).to.match(/first answer +\d+ ms/);
    expect(forFile).to.include(first.instance.url).and.not.include(first.token);
    expect(summaryOf(first, { isForPerson: true, nomadUi: null })).to.include(first.token);
  });

  it('goes on with the same instance and another key when it is called again', async () => {
    const again = await demo();
    expect(again.instance.id).to.equal(member);
    expect(again.claimMs).to.equal(null);
    expect(again.fingerprint).to.not.equal(first.fingerprint);
    expect(await allocationIdOf(product.info, member)).to.equal(allocation);
  });

  it('shows no key and no token while it runs', async () => {
    const written = String(shown.read());
    expect(written).to.include(member).and.include('idle');
    expect(written).to.not.include(first.token);
    const operator = (await readFile(product.info.secretFile('operator.token'), 'utf8')).trim();
    expect(written).to.not.include(operator);
  });
});
