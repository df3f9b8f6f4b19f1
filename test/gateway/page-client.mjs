import { Buffer } from 'node:buffer';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

/**
 * Connects to a gateway as its own page does, as a browser that it has never seen: with a key pair
 * made for it, a signed hello, and new attempts while the gateway asks for an approval. Prints what
 * came of it as JSON: `connected`, or the gateway's code, and how many attempts it took. With `stays`
 * it keeps a connection that it got, and prints a second line when the gateway ends it.
 *
 * Plain JavaScript for OpenClaw's own Node, which has a WebSocket that may set headers. It reads its
 * orders from standard input, because a token does not belong on a command line.
 */
const ATTEMPTS_MAX = 6;
const ATTEMPT_EVERY_MS = 800;
const SCOPES = ['operator.admin', 'operator.read', 'operator.write'];

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const {
  url,
  origin,
  token,
  clientId,
  stays = false,
} = JSON.parse(Buffer.concat(chunks).toString('utf8'));

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const rawKey = Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url');
const deviceId = createHash('sha256').update(rawKey).digest('hex');

let outcome = 'never tried';
let attempts = 0;
while (attempts < ATTEMPTS_MAX && outcome !== 'connected') {
  if (attempts > 0) await setTimeout(ATTEMPT_EVERY_MS);
  attempts += 1;
  outcome = await connect();
  if (outcome !== 'connected' && outcome !== 'PAIRING_REQUIRED') break;
}
process.stdout.write(`${JSON.stringify({ outcome, attempts })}\n`);
if (!stays || outcome !== 'connected') process.exit(0);

function leave() {
  process.stdout.write('ended\n');
  process.exit(0);
}

function connect() {
  return new Promise((resolve) => {
    // A forwarded address is what tells a browser behind the edge from one on the same machine.
    const socket = new globalThis.WebSocket(url, {
      headers: { origin, 'x-forwarded-for': '192.0.2.7' },
    });
    const finish = (what) => {
      if (stays && what === 'connected') socket.onclose = leave;
      else socket.close();
      resolve(what);
    };
    socket.onerror = () => finish('no connection');
    socket.onclose = () => finish('closed');
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.event === 'connect.challenge') socket.send(hello(message.payload.nonce));
      else if (message.type === 'res' && message.ok) finish('connected');
      else if (message.type === 'res') finish(message.error.details?.code ?? message.error.code);
    };
  });
}

function hello(nonce) {
  const client = { id: clientId, version: '1', platform: 'Linux', mode: 'webchat' };
  const signedAt = Date.now();
  const role = 'operator';
  const parts = ['v3', deviceId, client.id, client.mode, role, SCOPES.join(','), signedAt, token];
  const signed = [...parts, nonce, client.platform.toLowerCase(), ''].join('|');
  const signature = sign(null, Buffer.from(signed), privateKey).toString('base64url');
  const device = {
    id: deviceId,
    publicKey: rawKey.toString('base64url'),
    signature,
    signedAt,
    nonce,
  };
  const auth = { token };
  const params = { minProtocol: 4, maxProtocol: 4, client, role, scopes: SCOPES, auth, device };
  return JSON.stringify({ type: 'req', id: '1', method: 'connect', params });
}
