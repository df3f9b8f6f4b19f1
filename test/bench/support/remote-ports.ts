import { z } from 'zod';
import { FAULT_CODES, Fault } from '../../../src/errors/index.js';
import type { FaultCode } from '../../../src/errors/index.js';
import type { OutsidePorts } from './bench-controller.js';

/** A call of a port that a controller's process asks the process with the fleet to carry out. */
export const RemoteCall = z.object({
  call: z.number(),
  port: z.enum([
    'scheduler',
    'announcements',
    'tokens',
    'shredder',
    'keys',
    'catalog',
    'gateway',
    'edge',
  ]),
  method: z.string(),
  parameters: z.array(z.unknown()),
});
export type RemoteCall = z.infer<typeof RemoteCall>;

const isFaultCode = (code: string): code is FaultCode => code in FAULT_CODES;

/** What came of it: a value, or the code of a fault. */
export const RemoteAnswer = z.object({
  call: z.number(),
  value: z.unknown().optional(),
  fault: z.object({ code: z.string(), sentence: z.string() }).optional(),
});
export type RemoteAnswer = z.infer<typeof RemoteAnswer>;

type Send = (call: RemoteCall) => void;
type PortName = RemoteCall['port'];

/**
 * The outside as seen from a process that has none: each call is sent to whoever has, who may
 * answer it, or kill us before or after it was carried out.
 */
export class RemotePorts {
  readonly #open = new Map<number, (answer: RemoteAnswer) => void>();
  #calls = 0;

  constructor(private readonly send: Send) {}

  answered(message: unknown): void {
    const answer = RemoteAnswer.parse(message);
    this.#open.get(answer.call)?.(answer);
    this.#open.delete(answer.call);
  }

  ports(): OutsidePorts {
    return {
      scheduler: this.#port('scheduler'),
      announcements: this.#port('announcements'),
      tokens: this.#port('tokens'),
      shredder: this.#port('shredder'),
      keys: this.#port('keys'),
      catalog: this.#port('catalog'),
      gateway: this.#port('gateway'),
      edge: this.#port('edge'),
    };
  }

  /** Whatever is called on it is sent; the last parameter of every port's call is its signal. */
  #port<Name extends PortName>(port: Name): OutsidePorts[Name] {
    const call =
      (method: string) =>
      (...parameters: unknown[]): Promise<unknown> =>
        this.#call(port, method, parameters.slice(0, -1));
    return new Proxy({} as OutsidePorts[Name], {
      get: (_target, method) => (typeof method === 'string' ? call(method) : undefined),
    });
  }

  #call(port: PortName, method: string, parameters: unknown[]): Promise<unknown> {
    this.#calls += 1;
    const call = this.#calls;
    return new Promise((resolve, reject) => {
      this.#open.set(call, ({ value, fault }) => {
        if (fault === undefined) resolve(value);
        else reject(faultOf(fault));
      });
      this.send({ call, port, method, parameters });
    });
  }
}

function faultOf({ code, sentence }: { readonly code: string; readonly sentence: string }): Fault {
  return new Fault(isFaultCode(code) ? code : 'internal', sentence);
}
