import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The texts by which a secret is recognised: as it is, and as it stands in JSON, URLs, forms, hex and
 * base64 of both alphabets.
 */
export function formsOf(secret: string): readonly string[] {
  const inUrl = encodeURIComponent(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    inUrl,
    inUrl.replaceAll(/%../g, (escape) => escape.toLowerCase()),
    new URLSearchParams([['', secret]]).toString().slice(1),
    Buffer.from(secret).toString('hex'),
    ...inBase64(secret),
  ];
}

/** The forms that `text` contains. */
export function leaksIn(text: string, forms: readonly string[]): readonly string[] {
  return forms.filter((form) => text.includes(form));
}

/** Files below `folder` that contain one of the forms. */
export async function filesHolding(
  folder: string,
  forms: readonly string[],
): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path, 'latin1');
    if (leaksIn(content, forms).length > 0) found.push(path);
  }
  return found;
}

/**
 * How the secret looks inside a longer text that was encoded as a whole: three ways, by where in a
 * group of three bytes it begins. What depends on its neighbours at both ends is left out.
 */
function inBase64(secret: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]).toString('base64');
    const end = text.replaceAll('=', '').length - (text.endsWith('=') ? 1 : 0);
    const standard = text.slice(before === 0 ? 0 : 4, end);
    return [standard, standard.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
