import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { pause } from '../lib/timers.js';
import type { Log } from '../ports/index.js';
import { ChatRequest, answerTo, behaviourOf, fingerprintOf, isRefused, usageOf } from './chat.js';
import type { Usage } from './chat.js';

/** An agent's request carries its whole prompt and tools: 60 kB at first, more with history. */
const BODY_BYTES_MAX = 8 * 1024 * 1024;
const CONNECTIONS_MAX = 500;
const REQUEST_LIMIT_MS = 60_000;
/** Constant, so that the same request always gets the same bytes. */
const CREATED = 1_700_000_000;
const MODELS = ['echo', 'slow-1000', 'fail-500'] as const;

/** A stub model that listens. */
export interface StubModel {
  readonly port: number;
  /** Ends running answers and frees the port. */
  close(): Promise<void>;
}

/**
 * A model behind OpenAI's chat API that needs no network and no account: pool members warm up
 * against it, and tests and trials run on it.
 *
 * Model ids choose what happens: `echo` answers at once, `slow-<ms>` later, `fail-<status>` with an
 * error. Each answer names the fingerprint of the key it was asked with. Any key will do but those that
 * begin with `refused-`, which get a 401.
 */
export async function startStubModel(options: {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly log: Log;
}): Promise<StubModel> {
  const { host, port, log } = options;
  const closing = new AbortController();
  const server = createServer((request, response) => {
    serve(request, response, closing.signal).catch((error: unknown) => {
      log.warn('stub model request failed', { error });
      response.destroy();
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = REQUEST_LIMIT_MS;
  server.listen(port, host);
  await once(server, 'listening');
  const address = portOf(server);
  log.info('stub model listens', { host, port: address });
  return { port: address, close: () => closeServer(server, closing) };
}

async function closeServer(server: Server, closing: AbortController): Promise<void> {
  closing.abort();
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const path = request.url?.split('?')[0] ?? '/';
  const route = `${request.method ?? ''} ${path}`;
  if (route === 'GET /healthz') {
    sendJson(response, 200, { ok: true });
  } else if (isRefused(request.headers.authorization)) {
    request.resume();
    sendError(response, 401, 'The key is refused, as it asks for itself.');
  } else if (route === 'GET /v1/models') {
    const data = MODELS.map((id) => ({ id, object: 'model', created: CREATED, owned_by: 'stub' }));
    sendJson(response, 200, { object: 'list', data });
  } else if (route === 'POST /v1/chat/completions') {
    await chat(request, response, signal);
  } else {
    sendError(response, 404, 'The stub model knows no such path.');
  }
}

async function chat(
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const body = await readBody(request);
  if (body === null) {
    response.shouldKeepAlive = false;
    sendError(response, 413, 'The request is too large.');
    return;
  }
  const parsed = ChatRequest.safeParse(jsonOf(body));
  if (!parsed.success) {
    sendError(response, 400, 'The request is not a chat completion request.');
    return;
  }
  const behaviour = behaviourOf(parsed.data.model);
  switch (behaviour.kind) {
    case 'unknown':
      sendError(response, 404, 'The stub model has echo, slow-<ms> and fail-<status>.');
      return;
    case 'fail':
      sendError(response, behaviour.status, 'Failed, as the model id asked for.');
      return;
    case 'answer':
      if (behaviour.afterMs > 0) await pause(behaviour.afterMs, signal);
      if (!response.destroyed) answer(request, response, parsed.data);
  }
}

function answer(request: IncomingMessage, response: ServerResponse, chatRequest: ChatRequest) {
  const text = answerTo(chatRequest, fingerprintOf(request.headers.authorization));
  const usage = usageOf(chatRequest, text);
  const { model } = chatRequest;
  if (chatRequest.stream) {
    const wantsUsage = chatRequest.stream_options?.include_usage === true;
    stream(response, { model, text, usage: wantsUsage ? usage : null });
    return;
  }
  const message = { role: 'assistant', content: text };
  sendJson(response, 200, {
    ...envelope('chat.completion', model),
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage,
  });
}

function stream(
  response: ServerResponse,
  { model, text, usage }: { model: string; text: string; usage: Usage | null },
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const chunk = (choices: readonly object[], rest: object = {}): void => {
    const event = { ...envelope('chat.completion.chunk', model), choices, ...rest };
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  };
  chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]);
  for (const content of text.match(/\S+\s*/g) ?? []) {
    chunk([{ index: 0, delta: { content }, finish_reason: null }]);
  }
  chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]);
  if (usage !== null) chunk([], { usage });
  response.end('data: [DONE]\n\n');
}

function envelope(object: string, model: string): object {
  return { id: 'chatcmpl-stub', object, created: CREATED, model };
}

/** The body, or null when it is longer than we read. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema refuses undefined and the caller learns that.
    return undefined;
  }
}

function sendError(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { error: { message, type: 'stub_model', code: String(status) } });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
