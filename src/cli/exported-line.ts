import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { readLines } from '../clients/http/read-lines.js';
import type { ChainLine } from '../domain/audit/check-chain.js';
import { CliFailure } from './cli-failure.js';
import { EXIT } from './exit-codes.js';
import type { Session } from './session.js';

/** A line tells of one act; whatever is longer is none of ours. */
const LINE_BYTES_MAX = 1024 * 1024;

/** A line of the audit's export: as it stands there, and what it says. */
export interface ExportedLine {
  readonly text: string;
  readonly line: ChainLine;
}

/** Whatever else stands on a line is covered by its hash, so nothing may be left out. */
const Line = z
  .object({ number: z.number().int(), previous: z.string(), hash: z.string() })
  .catchall(z.json());

/** What the API exports from the line after `after` on, a page at a time. */
export async function* linesOfApi(
  { client, signal }: Pick<Session, 'client' | 'signal'>,
  after: number,
): AsyncGenerator<ExportedLine, void> {
  let last = after;
  for (;;) {
    const page = (await client.exportAudit({ after: last }, signal)).map(parsed);
    yield* page;
    const end = page.at(-1)?.line.number;
    if (end === undefined) return;
    last = end;
  }
}

/** The lines of a file that was exported before. */
export async function* linesOfFile(path: string): AsyncGenerator<ExportedLine, void> {
  const pieces = createReadStream(path) as AsyncIterable<Uint8Array>;
  try {
    for await (const text of readLines(pieces, LINE_BYTES_MAX)) yield parsed(text ?? '');
  } catch (error) {
    if (error instanceof CliFailure) throw error;
    throw new CliFailure(EXIT.usage, `${path} cannot be read.`);
  }
}

function parsed(text: string): ExportedLine {
  const outcome = Line.safeParse(jsonOf(text));
  if (outcome.success) return { text, line: outcome.data };
  throw new CliFailure(EXIT.failed, 'There is something that is no line of an audit’s export.');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // No JSON is no line either; the parser's own words would quote it.
    return null;
  }
}
