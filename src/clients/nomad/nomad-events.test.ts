import { expect } from 'chai';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anInstanceId } from '../../../test/support/builders.js';
import { expectFault } from '../../../test/support/expect-fault.js';
import { jsonClientFor } from '../../../test/support/json-client-for.js';
import type { SchedulerHint } from '../../ports/index.js';
import { readHints } from './nomad-events.js';

describe('Nomad’s event stream', () => {
  let server: Server;
  let asked: string | undefined;
  let play: (response: ServerResponse) => void;

  before(async () => {
    server = createServer((request, response) => {
      if (request.url?.startsWith('/v1/allocations') === true) {
        response.setHeader('x-nomad-index', '41').end('[]');
        return;
      }
      asked = request.url;
      play(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is listened to from now on, for allocations alone', async () => {
    play = (response) => void response.write('{}\n');
    await take(1);

    expect(asked).to.equal('/v1/event/stream?topic=Allocation&index=41');
  });

  it('names each instance of a write once, and none that is not ours', async () => {
    const [one, two] = [anInstanceId(), anInstanceId()];
    const events = [one, two, one, 'web'].map((job, at) => ({
      Topic: 'Allocation',
      Key: `allocation-${at}`,
      FilterKeys: [job, ''],
      Payload: { Allocation: { JobID: job } },
    }));
    play = (response) => {
      response.write(`{}\n${JSON.stringify({ Index: 42, Events: events })}\n`);
      response.write(`${JSON.stringify({ Index: 43, Events: events.slice(3) })}\n`);
    };

    expect(await take(4)).to.deep.equal([
      { kind: 'missed' },
      { kind: 'alive' },
      { kind: 'changed', instanceIds: [one, two] },
      { kind: 'alive' },
    ]);
  });

  it('passes over a line that is too long, and says that something was missed', async () => {
    play = (response) => void response.write(`{}\n{"Events":"${'x'.repeat(5_000)}"}\n{}\n`);

    expect(await take(4)).to.deep.equal([
      { kind: 'missed' },
      { kind: 'alive' },
      { kind: 'missed' },
      { kind: 'alive' },
    ]);
  });

  it('is given up when it says nothing, from the start or after a while', async () => {
    for (const words of ['', '{}\n']) {
      play = (response) => {
        response.flushHeaders();
        if (words !== '') response.write(words);
      };
      const fault = await expectFault('nomad_unreachable', take(9));
      expect(fault.details).to.include({ reason: 'deadline' });
    }
  });

  it('is a refusal when it ends before its first word, as for a token without rights', async () => {
    play = (response) => void response.end();
    await expectFault('nomad_refused', take(1));
  });

  it('is lost when it ends later', async () => {
    play = (response) => void response.end('{}\n');
    await expectFault('nomad_unreachable', take(9));
  });

  it('is malformed when a line is no event, and the fault does not quote it', async () => {
    for (const line of ['not json', '[]', '{"Events":[{"Secret":"a-secret"}]}']) {
      play = (response) => void response.write(`${line}\n`);
      const fault = await expectFault('reply_malformed', take(2));
      expect(JSON.stringify(fault.details)).to.not.include('a-secret').and.not.include('not json');
    }
  });

  /** The first hints, at most `count` of them. */
  async function take(count: number): Promise<readonly SchedulerHint[]> {
    const { port } = server.address() as AddressInfo;
    const http = jsonClientFor('nomad', `http://127.0.0.1:${String(port)}/v1`, {});
    const limits = { silenceMs: 100, lineBytesMax: 4_000 };
    const hints: SchedulerHint[] = [];
    for await (const hint of readHints(http, limits, new AbortController().signal)) {
      if (hints.push(hint) === count) break;
    }
    return hints;
  }
});
