import { expect } from 'chai';
import { describeRanges, findVersion, isAccepted } from '../../tools/setup/version.js';

const NODE = [
  { atLeast: '24.16.0', below: '25.0.0' },
  { atLeast: '26.1.0', below: null },
];

describe('versions', () => {
  const answers: readonly (readonly [string, string | null])[] = [
    ['Nomad v1.11.3\nBuildDate 2026-03-24T20:34:07Z\n', '1.11.3'],
    ['Consul v1.22.7\nRevision 1a2b3c4d\nProtocol 2 spoken by default\n', '1.22.7'],
    ['Vault v1.21.0, built 2025-11-23T14:05:12Z (cgo)', '1.21.0'],
    ['v2.11.4 h1:WKxwJnz8Ns=', '2.11.4'],
    ['Version:      3.6.12\nCodename:     ramequin\nGo version:   go1.26.8', '3.6.12'],
    ['postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', '15.18'],
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0', '7.0.15'],
    ['Nomad v1.11.3+ent', '1.11.3'],
    ['Nomad v1.12.0-beta.1', null],
    ['Version:      dev\nGo version:   go1.26.8', null],
    ['command not found', null],
  ];
  for (const [said, version] of answers) {
    it(`reads ${version ?? 'no release'} from "${said.split('\n')[0] ?? ''}"`, () => {
      expect(findVersion(said)).to.equal(version);
    });
  }

  it('accepts the ends of a range as its name says: from the first, below the last', () => {
    expect(isAccepted('24.16.0', NODE)).to.be.true;
    expect(isAccepted('24.15.9', NODE)).to.be.false;
    expect(isAccepted('25.0.0', NODE)).to.be.false;
    expect(isAccepted('26.0.9', NODE)).to.be.false;
    expect(isAccepted('30.0.0', NODE)).to.be.true;
  });

  it('compares numbers and not digits', () => {
    expect(isAccepted('1.9.0', [{ atLeast: '1.10.0', below: null }])).to.be.false;
    expect(isAccepted('14.3', [{ atLeast: '14.0.0', below: null }])).to.be.true;
  });

  it('names a range as a person would', () => {
    expect(describeRanges(NODE)).to.equal('24.16.0 to below 25.0.0, or 26.1.0 and later');
  });
});
