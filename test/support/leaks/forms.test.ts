import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeTempDir, removeTempDir } from '../temp-dir.js';
import { filesHolding, formsOf, leaksIn } from './forms.js';

/** Its base64 has a + and a / wherever it begins, so both alphabets are told apart. */
const SECRET = 'a~~?key>>?of~"some>?tenant~~~';

describe('the forms of a secret', () => {
  for (const [title, encode] of [
    ['as it is', (text) => text],
    ['in JSON', (text) => JSON.stringify({ text })],
    ['in a URL', (text) => `/v1/x?key=${encodeURIComponent(text)}`],
    ['in a URL with small letters', (text) => encodeURIComponent(text).toLowerCase()],
    ['in a form', (text) => new URLSearchParams({ key: text }).toString()],
    ['in hex', (text) => Buffer.from(text).toString('hex')],
    ['in base64', (text) => Buffer.from(text).toString('base64')],
    ['in base64url', (text) => Buffer.from(text).toString('base64url')],
    ['one byte into base64', (text) => Buffer.from(`"${text}"`).toString('base64')],
    ['two bytes into base64url', (text) => Buffer.from(`ab${text} and`).toString('base64url')],
  ] as const satisfies readonly (readonly [string, (text: string) => string])[]) {
    it(`find it ${title}, and nothing where it is not`, () => {
      expect(leaksIn(`before ${encode(SECRET)} after`, formsOf(SECRET))).to.not.deep.equal([]);
      expect(leaksIn(encode('another text altogether'), formsOf(SECRET))).to.deep.equal([]);
    });
  }

  it('find it among the bytes of a file', async () => {
    const folder = await makeTempDir();
    try {
      await writeFile(
        join(folder, 'a'),
        Buffer.concat([Buffer.from([0, 255]), Buffer.from(SECRET)]),
      );
      await writeFile(join(folder, 'b'), 'nothing');
      expect(await filesHolding(folder, formsOf(SECRET))).to.deep.equal([join(folder, 'a')]);
    } finally {
      await removeTempDir(folder);
    }
  });
});
