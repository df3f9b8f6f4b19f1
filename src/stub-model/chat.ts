import { createHash } from 'node:crypto';
import { z } from 'zod';

/** The part of a chat request that the stub looks at; the rest, tools and all, is ignored. */
export const ChatRequest = z.object({
  model: z.string().max(200),
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })).max(10_000),
  stream: z.boolean().default(false),
  stream_options: z.object({ include_usage: z.boolean().default(false) }).nullish(),
});

export type ChatRequest = z.infer<typeof ChatRequest>;

/** What a model id asks the stub to do. */
export type Behaviour =
  | { readonly kind: 'answer'; readonly afterMs: number }
  | { readonly kind: 'fail'; readonly status: number }
  | { readonly kind: 'unknown' };

/** Longest pause before an answer, in milliseconds. */
export const SLOW_MS_MAX = 30_000;

/** Characters of a message that come back. */
const ECHO_MAX = 500;

/** Tokens of a request or an answer. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** The behaviour that the model id names: `echo`, `slow-<ms>` or `fail-<status>`. */
export function behaviourOf(model: string): Behaviour {
  if (model === 'echo') return { kind: 'answer', afterMs: 0 };
  const [, verb, digits] = /^(slow|fail)-(\d{1,5})$/.exec(model) ?? [];
  const count = Number(digits);
  if (verb === 'slow' && count <= SLOW_MS_MAX) return { kind: 'answer', afterMs: count };
  if (verb === 'fail' && count >= 400 && count <= 599) return { kind: 'fail', status: count };
  return { kind: 'unknown' };
}

/**
 * The answer: what was said, and the fingerprint of the key it was asked with. The fingerprint is
 * how tests prove which key a gateway really uses without anybody handling the key. What was said
 * is the first message since the last answer: agents append context of their own to it.
 */
export function answerTo(request: ChatRequest, fingerprint: string): string {
  const { messages } = request;
  const answered = messages.findLastIndex(({ role }) => role === 'assistant');
  const asked = messages.slice(answered + 1).find(({ role }) => role === 'user');
  return `key:${fingerprint} echo: ${textOf(asked?.content).slice(0, ECHO_MAX)}`;
}

/** Whether the key is one that the stub refuses, as a provider refuses one that was revoked. */
export function isRefused(authorization: string | undefined): boolean {
  return authorization?.startsWith('Bearer refused-') === true;
}

/** The first 12 hexadecimal digits of the key's SHA-256, or `none` without a key. */
export function fingerprintOf(authorization: string | undefined): string {
  const [, key] = /^Bearer (.+)$/.exec(authorization ?? '') ?? [];
  if (key === undefined) return 'none';
  return createHash('sha256').update(key).digest('hex').slice(0, 12);
}

/** Counts words for tokens: the same request always costs the same. */
export function usageOf(request: ChatRequest, answer: string): Usage {
  const prompt = request.messages.reduce((sum, { content }) => sum + wordsIn(textOf(content)), 0);
  const completion = wordsIn(answer);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  };
}

function wordsIn(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length;
}

/** The text of a message, whose content is a string or a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const parts = z.array(z.object({ text: z.string().optional() })).safeParse(content);
  return parts.success ? parts.data.map(({ text }) => text ?? '').join('') : '';
}
