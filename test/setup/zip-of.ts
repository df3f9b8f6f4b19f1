import { deflateRawSync } from 'node:zlib';

/** A zip archive with the given files, as vendors make them: packed, with an extra field or two. */
export function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const local = header(30, { 0: 0x04034b50, 18: packed.length, 22: content.length });
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(name.length, 26);
    // Longer than the directory's extra field: a reader must go by the local one.
    local.writeUInt16LE(4, 28);
    const entry = header(46, { 0: 0x02014b50, 20: packed.length, 24: content.length, 42: at });
    entry.writeUInt16LE(8, 10);
    entry.writeUInt16LE(name.length, 28);
    const whole = Buffer.concat([local, Buffer.from(name), Buffer.alloc(4), packed]);
    locals.push(whole);
    entries.push(entry, Buffer.from(name));
    at += whole.length;
  }
  const directory = Buffer.concat(entries);
  const end = header(22, { 0: 0x06054b50, 12: directory.length, 16: at });
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  return Buffer.concat([...locals, directory, end]);
}

function header(bytes: number, numbers: Readonly<Record<number, number>>): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (const [at, value] of Object.entries(numbers)) buffer.writeUInt32LE(value, Number(at));
  return buffer;
}
