import type { z } from 'zod';
import { Fault } from '../../errors/index.js';
import { HttpFailure } from './http-failure.js';
import type { HttpReply, HttpRequest, HttpTransport } from './http-transport.js';
import type { OutsideSystem } from './outside-faults.js';
import { faultOfReply, unreachable } from './outside-faults.js';
import { readLines } from './read-lines.js';

/** How much of an answer without an end is kept in memory, and how long it may be silent. */
export interface LineLimits {
  readonly lineBytesMax: number;
  readonly silenceMs: number;
}

/**
 * JSON over a transport, with answers checked by schemas and failures as faults of `system`:
 * `…_unreachable` when waiting may help, `…_refused` when somebody has to look, and the bug
 * `reply_malformed` for an answer that is not of the promised shape.
 */
export class JsonClient {
  constructor(
    private readonly system: OutsideSystem,
    private readonly transport: HttpTransport,
  ) {}

  /** The body of a successful answer. */
  async send<Body>(request: HttpRequest, schema: z.ZodType<Body>): Promise<Body> {
    return this.read(request, await this.exchange(request), schema);
  }

  /** The body of a successful answer, or null when what was asked for does not exist (404). */
  async find<Body>(request: HttpRequest, schema: z.ZodType<Body>): Promise<Body | null> {
    const reply = await this.exchange(request);
    return reply.status === 404 ? null : this.read(request, reply, schema);
  }

  /** The answer whatever its status, for calls where one of 4xx is information. */
  async exchange(request: HttpRequest): Promise<HttpReply> {
    try {
      return await this.transport.exchange(request);
    } catch (error) {
      throw error instanceof HttpFailure ? unreachable(this.system, request, error) : error;
    }
  }

  /**
   * The lines of a successful answer that has no end, as they come; null for one that is longer
   * than `lineBytesMax`. Silence of `silenceMs` is taken for a lost connection.
   */
  async *lines(request: HttpRequest, limits: LineLimits): AsyncGenerator<string | null> {
    try {
      const { status, pieces, close } = await this.transport.open(request, limits.silenceMs);
      if (status !== 200) {
        close();
        throw faultOfReply(this.system, request, { status, headers: {}, body: '' });
      }
      yield* readLines(pieces, limits.lineBytesMax);
    } catch (error) {
      throw error instanceof HttpFailure ? unreachable(this.system, request, error) : error;
    }
  }

  /** The body of `reply` if it says that all went well, checked by `schema`. */
  read<Body>(request: HttpRequest, reply: HttpReply, schema: z.ZodType<Body>): Body {
    if (reply.status < 200 || reply.status > 299) throw faultOfReply(this.system, request, reply);
    return parseReply(this.system, schema, reply.body);
  }
}

/** `body` as the schema has it, or the bug `reply_malformed`, which names fields but no values. */
export function parseReply<Body>(
  system: OutsideSystem,
  schema: z.ZodType<Body>,
  body: unknown,
): Body {
  const outcome = schema.safeParse(body);
  if (outcome.success) return outcome.data;
  const where = outcome.error.issues
    .slice(0, 3)
    .map(({ path, code }) => `${path.join('.')}: ${code}`)
    .join('; ');
  throw new Fault('reply_malformed', 'Something is wrong on our side.', {
    details: { system, where },
  });
}
