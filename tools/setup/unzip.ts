import { inflateRawSync } from 'node:zlib';

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

/**
 * The content of one file of a zip archive, or null when the archive has no such file.
 *
 * Here because `unzip` is not on every machine and vendors release nothing else. Reads the central
 * directory, as the format demands; archives beyond 4 GiB and encrypted ones are none of ours.
 * The caller has checked the archive's sum, so what is wrong in it is wrong at the vendor's.
 */
export function unzipMember(archive: Buffer, name: string): Buffer | null {
  const end = archive.lastIndexOf(signature(END_SIGNATURE));
  if (end < 0 || end + END_BYTES > archive.length) throw new Error('The archive is no zip file.');
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let entry = 0; entry < count; entry += 1) {
    if (archive.readUInt32LE(at) !== ENTRY_SIGNATURE) throw new Error('The zip file is damaged.');
    const nameBytes = archive.readUInt16LE(at + 28);
    const nameAt = at + ENTRY_BYTES;
    if (archive.toString('utf8', nameAt, nameAt + nameBytes) === name)
      return contentOf(archive, at);
    at = nameAt + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return null;
}

function contentOf(archive: Buffer, entryAt: number): Buffer {
  const method = archive.readUInt16LE(entryAt + 10);
  const packedBytes = archive.readUInt32LE(entryAt + 20);
  const localAt = archive.readUInt32LE(entryAt + 42);
  // The local header repeats the name and may have another extra field than the directory's entry.
  const dataAt =
    localAt + LOCAL_BYTES + archive.readUInt16LE(localAt + 26) + archive.readUInt16LE(localAt + 28);
  const packed = archive.subarray(dataAt, dataAt + packedBytes);
  if (method === STORED) return packed;
  if (method === DEFLATED) return inflateRawSync(packed);
  throw new Error(`The zip file uses the packing method ${method}, which is not read here.`);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
