import { Fault } from '../../errors/index.js';
import type { FaultCode, FaultDetails } from '../../errors/index.js';
import { HttpFailure } from './http-failure.js';
import type { HttpReply, HttpRequest } from './http-transport.js';

/** The systems that adapters speak to, with the codes of the two ways in which each can fail. */
const SYSTEMS = {
  nomad: { title: 'Nomad', unreachable: 'nomad_unreachable', refused: 'nomad_refused' },
  consul: { title: 'Consul', unreachable: 'consul_unreachable', refused: 'consul_refused' },
  vault: { title: 'Vault', unreachable: 'vault_unreachable', refused: 'vault_refused' },
  gateway: {
    title: 'The gateway',
    unreachable: 'gateway_unreachable',
    refused: 'gateway_refused',
  },
} as const satisfies Record<
  string,
  { readonly title: string; readonly unreachable: FaultCode; readonly refused: FaultCode }
>;

/** A system outside that calls can fail at. */
export type OutsideSystem = keyof typeof SYSTEMS;

/** What was asked for, as far as it may be logged: the body and the query stay out. */
export type Asked = Pick<HttpRequest, 'method' | 'path'>;

/** Characters of a refusal's text that go into the log. */
const EXCERPT_MAX = 200;

/** The fault for a call that got no answer, or one that says "later" (5xx, 408, 429). */
export function unreachable(system: OutsideSystem, asked: Asked, error: unknown): Fault {
  const { title, unreachable: code } = SYSTEMS[system];
  const reason = error instanceof HttpFailure ? error.reason : null;
  return new Fault(code, `${title} does not answer. Try again in a moment.`, {
    details: { ...placeOf(asked), reason },
    cause: error,
  });
}

/** The fault for an answer that is not what was hoped for; its text is for the log alone. */
export function faultOfReply(system: OutsideSystem, asked: Asked, reply: HttpReply): Fault {
  const { title, unreachable: later, refused } = SYSTEMS[system];
  const details = { ...placeOf(asked), status: reply.status, excerpt: excerptOf(reply.body) };
  if (meansLater(reply.status)) {
    return new Fault(later, `${title} cannot answer now. Try again in a moment.`, { details });
  }
  return new Fault(refused, `${title} refused; the operator has to look at it.`, { details });
}

/** The fault for a refusal that an adapter states in its own words. */
export function refusal(system: OutsideSystem, sentence: string, details: FaultDetails): Fault {
  return new Fault(SYSTEMS[system].refused, sentence, { details });
}

function meansLater(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}

function placeOf({ method, path }: Asked): FaultDetails {
  return { method, path: path.split('?')[0] };
}

function excerptOf(body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return text.replace(/\s+/g, ' ').slice(0, EXCERPT_MAX);
}
