import { expect } from 'chai';
import { SteadyOutput } from './steady-output.js';

describe('SteadyOutput', () => {
  /** Bytes that the disk still takes. */
  let room: number;
  let disk: Buffer;
  let output: SteadyOutput;

  beforeEach(() => {
    room = Infinity;
    disk = Buffer.alloc(0);
    output = new SteadyOutput((bytes) => {
      if (room === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      const written = Math.min(room, bytes.length);
      disk = Buffer.concat([disk, bytes.subarray(0, written)]);
      room -= written;
      return written;
    });
  });

  it('writes each line at once', () => {
    output.write('one\n');
    expect(String(disk)).to.equal('one\n');
  });

  it('keeps what a full disk does not take, and writes it with the next line', () => {
    room = 0;
    output.write('one\n');
    output.write('two\n');
    expect(String(disk)).to.equal('');

    room = Infinity;
    output.write('three\n');
    expect(String(disk)).to.equal('one\ntwo\nthree\n');
  });

  it('goes on inside the line, and the letter, that the disk was full in', () => {
    room = 5;
    output.write('one\n');
    output.write('é two\n');
    room = Infinity;
    output.write('three\n');
    expect(String(disk)).to.equal('one\né two\nthree\n');
  });

  it('drops lines beyond its limit, and says how many once there is room', () => {
    const line = `${'x'.repeat(1_023)}\n`;
    room = 0;
    for (let lines = 0; lines < 600; lines += 1) output.write(line);
    room = Infinity;
    output.write('after\n');

    const lines = String(disk).trimEnd().split('\n');
    expect(lines).to.have.length(512 + 2);
    expect(JSON.parse(lines.at(-2) ?? '')).to.deep.equal({
      ...{ level: 'warn', message: 'log lines were dropped', lines: 600 - 512 },
    });
    expect(lines.at(-1)).to.equal('after');
  });

  it('writes what was kept when asked, and says whether it could', () => {
    room = 0;
    output.write('one\n');
    expect(output.flush()).to.equal(false);
    room = Infinity;
    expect(output.flush()).to.equal(true);
    expect(String(disk)).to.equal('one\n');
  });
});
