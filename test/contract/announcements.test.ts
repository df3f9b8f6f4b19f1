import { expect } from 'chai';
import { NomadAnnouncements } from '../../src/clients/nomad/nomad-announcements.js';
import type { InstanceId } from '../../src/domain/ids.js';
import type { Announcements } from '../../src/ports/index.js';
import { anAnnouncement, anInstanceId } from '../support/builders.js';
import { expectFault } from '../support/expect-fault.js';
import { FakeAnnouncements } from '../support/fakes/fake-announcements.js';
import { jsonClientFor } from '../support/json-client-for.js';
import { requireServer } from '../support/servers.js';
import type { TestNomad } from '../support/test-nomad.js';
import { startTestNomad } from '../support/test-nomad.js';

const { signal } = new AbortController();
/** Nomad refuses an address that opens 100 connections. */
const ANNOUNCED_AT_ONCE = 30;

function describeAnnouncements(announcements: () => Announcements): void {
  it('hands out what was announced, to the letter', async () => {
    const instanceId = anInstanceId();
    const config = JSON.stringify({ text: 'quote " template {{ x }} ${y} line\n end', list: [1] });
    const announcement = anAnnouncement({ revision: 7, gatewayVersion: 2, keyVersion: 3, config });

    expect(await announcements().announce(instanceId, announcement, signal)).to.equal('announced');
    expect(await announcements().read(instanceId, signal)).to.deep.equal(announcement);
  });

  it('never goes back to an older revision, and leaves an equal one as it is', async () => {
    const instanceId = anInstanceId();
    const newer = anAnnouncement({ revision: 5, keyVersion: 2 });
    await announcements().announce(instanceId, newer, signal);
    for (const revision of [4, 5]) {
      const late = anAnnouncement({ revision, keyVersion: 1 });
      expect(await announcements().announce(instanceId, late, signal)).to.equal('already_newer');
    }

    expect(await announcements().read(instanceId, signal)).to.deep.equal(newer);
  });

  it('replaces an older revision', async () => {
    const instanceId = anInstanceId();
    const newer = anAnnouncement({ revision: 2, keyVersion: 1 });
    await announcements().announce(instanceId, anAnnouncement(), signal);
    await announcements().announce(instanceId, newer, signal);

    expect(await announcements().read(instanceId, signal)).to.deep.equal(newer);
  });

  it('ends with the newest revision when writers race', async () => {
    const instanceId = anInstanceId();
    const revisions = [1, 2, 3, 4, 5, 6];
    const outcomes = await Promise.allSettled(
      revisions.map((revision) =>
        announcements().announce(instanceId, anAnnouncement({ revision }), signal),
      ),
    );
    const isDone = outcomes.some((outcome, at) => at === 5 && outcome.status === 'fulfilled');
    if (!isDone) {
      await announcements().announce(instanceId, anAnnouncement({ revision: 6 }), signal);
    }

    expect(await announcements().read(instanceId, signal)).to.deep.include({ revision: 6 });
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        expect(outcome.reason).to.have.property('code', 'write_superseded');
      }
    }
  });

  it('withdraws what is there, and takes what is gone for withdrawn', async () => {
    const instanceId = anInstanceId();
    await announcements().announce(instanceId, anAnnouncement(), signal);
    await announcements().withdraw(instanceId, signal);
    await announcements().withdraw(instanceId, signal);

    expect(await announcements().read(instanceId, signal)).to.equal(null);
  });

  it('lists who has an announcement', async () => {
    const [announced, withdrawn] = [anInstanceId(), anInstanceId()];
    await announcements().announce(announced, anAnnouncement(), signal);
    await announcements().announce(withdrawn, anAnnouncement(), signal);
    await announcements().withdraw(withdrawn, signal);
    const ids = await announcements().listInstanceIds(signal);

    expect(ids).to.include(announced).and.not.include(withdrawn);
  });

  it('refuses a configuration that is larger than a variable may be', async () => {
    const announcement = anAnnouncement({ config: 'ä'.repeat(33_000) });
    await expectFault(
      'request_too_large',
      announcements().announce(anInstanceId(), announcement, signal),
    );
  });
}

describe('Announcements (fake)', () => {
  let announcements: FakeAnnouncements;

  beforeEach(() => {
    announcements = new FakeAnnouncements();
  });

  describeAnnouncements(() => announcements);

  it('loses an answer as it was told to', async () => {
    const instanceId = anInstanceId();
    announcements.trouble.loseNextAnswer('announce');
    const lost = announcements.announce(instanceId, anAnnouncement(), signal);

    await expectFault('nomad_unreachable', lost);
    expect(announcements.published(instanceId)).to.deep.equal(anAnnouncement());
  });
});

describe('Announcements (Nomad, with the rights of the controller)', function () {
  this.timeout(60_000);
  let nomad: TestNomad | undefined;
  let announcements: NomadAnnouncements;

  before(async function () {
    requireServer('nomad', this);
    nomad = await startTestNomad();
    const token = await nomad.tokenFor('clawdeploy-controller');
    announcements = new NomadAnnouncements(
      jsonClientFor('nomad', `${nomad.address}/v1`, { 'x-nomad-token': token }),
    );
  });

  after(() => nomad?.stop());

  describeAnnouncements(() => announcements);

  it('lists more than one page of announcements', async () => {
    const many = Array.from({ length: 510 }, () => anInstanceId());
    for (let from = 0; from < many.length; from += ANNOUNCED_AT_ONCE) {
      const some = many.slice(from, from + ANNOUNCED_AT_ONCE);
      await Promise.all(some.map((id) => announcements.announce(id, anAnnouncement(), signal)));
    }

    expect(await announcements.listInstanceIds(signal)).to.include.members(many);
  });

  it('lists nothing that is no instance’s', async () => {
    const path = 'nomad/jobs/oc-somebody-elses';
    const body = { Path: path, Items: { revision: '1' } };
    await nomad?.admin('PUT', `/v1/var/${path}`, body);

    expect(await announcements.listInstanceIds(signal)).to.not.include('oc-somebody-elses');
  });

  it('may not look at, or write, what is not an instance', async () => {
    const stranger = 'somebody-elses' as InstanceId;
    await expectFault('nomad_refused', announcements.read(stranger, signal));
    await expectFault('nomad_refused', announcements.withdraw(stranger, signal));
  });
});
