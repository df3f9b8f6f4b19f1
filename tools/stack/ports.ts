import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { readJson, writeAtomically } from './files.js';
import type { StackLayout } from './layout.js';
import { listenerOf } from './processes.js';
import { StackError } from './stack-error.js';

/**
 * The ports of a stack with the number that people expect, if it is free.
 *
 * `isHeld`: something outside this process remembers the number (an address a person was given, a
 * running instance's config, a Raft peer list), so it cannot change once chosen.
 */
const PORTS = {
  edge: { usual: 8088, isHeld: true },
  api: { usual: 8080, isHeld: true },
  internal: { usual: 8081, isHeld: false },
  controllerHealth: { usual: 8082, isHeld: false },
  workerHealth: { usual: 8084, isHeld: false },
  stubModel: { usual: 8083, isHeld: true },
  nomadHttp: { usual: 4646, isHeld: false },
  nomadRpc: { usual: 4647, isHeld: true },
  nomadSerf: { usual: 4648, isHeld: true },
  consulHttp: { usual: 8500, isHeld: false },
  consulServer: { usual: 8300, isHeld: true },
  consulSerf: { usual: 8301, isHeld: true },
  vault: { usual: 8200, isHeld: false },
  vaultCluster: { usual: 8201, isHeld: false },
  postgres: { usual: 5432, isHeld: false },
  redis: { usual: 6379, isHeld: false },
} as const satisfies Record<string, { usual: number; isHeld: boolean }>;

/** A port of the stack by its name. */
export type PortName = keyof typeof PORTS;

/** Every port of the stack, and the range from which Nomad gives instances theirs. */
export type StackPorts = Readonly<Record<PortName, number>> & {
  readonly nomadDynamicMin: number;
  readonly nomadDynamicMax: number;
};

/** What `choosePorts` decided, with a sentence for each number that had to move. */
export interface PortChoice {
  readonly ports: StackPorts;
  readonly notes: readonly string[];
}

const PORT_NAMES = Object.keys(PORTS).filter((name): name is PortName => name in PORTS);

/** Ports of private stacks: below the kernel's range for outgoing connections. */
const PRIVATE_MIN = 10_000;
const PRIVATE_MAX = 19_999;

/** Two Nomad agents do not see each other's choices, so each stack gets a range of its own. */
const USUAL_DYNAMIC = { min: 20_000, max: 23_999 };
const PRIVATE_DYNAMIC = { min: 24_000, max: 31_999, width: 200 };

/**
 * The ports of the stack: remembered ones again, new ones where none is remembered or where a
 * stranger took a number that nothing depends on. `wantsUsual` prefers the numbers people know.
 */
export async function choosePorts(layout: StackLayout, wantsUsual: boolean): Promise<PortChoice> {
  const remembered = readRemembered(layout);
  const taken = new Set<number>();
  const notes: string[] = [];
  const chosen: Partial<Record<PortName, number>> = {};
  for (const name of PORT_NAMES) {
    const before = remembered[name];
    if (before !== undefined && (await isFree(before))) {
      chosen[name] = before;
    } else {
      if (before !== undefined) notes.push(movedOrRefused(name, before));
      chosen[name] = await freshPort(name, wantsUsual && before === undefined, taken);
    }
    taken.add(chosen[name]);
  }
  // Whoever has Nomad's usual port has the usual range for its tasks as well.
  const isFirst = wantsUsual && chosen.nomadHttp === PORTS.nomadHttp.usual;
  const ports = { ...chosen, ...dynamicRange(remembered, isFirst) };
  if (!isComplete(ports)) throw new Error('A port was left out.');
  writeAtomically(layout.ports, `${JSON.stringify(ports, null, 2)}\n`);
  return { ports, notes };
}

/** The remembered ports, or null when the stack never started. */
export function readPorts(layout: StackLayout): StackPorts | null {
  const remembered = readRemembered(layout);
  return isComplete(remembered) ? remembered : null;
}

function movedOrRefused(name: PortName, port: number): string {
  const holder = listenerOf(port) ?? 'another process';
  if (PORTS[name].isHeld) {
    throw new StackError(
      `Port ${port} (${name}) is taken by ${holder}; end that process and try again, because ` +
        'what was made with this stack remembers the number.',
    );
  }
  return `Port ${port} (${name}) is taken by ${holder}; another one is used.`;
}

async function freshPort(name: PortName, wantsUsual: boolean, taken: Set<number>): Promise<number> {
  const { usual } = PORTS[name];
  if (wantsUsual && !taken.has(usual) && (await isFree(usual))) return usual;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(PRIVATE_MIN, PRIVATE_MAX + 1);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new StackError(
    `No free port was found for ${name} between ${PRIVATE_MIN} and ${PRIVATE_MAX}.`,
  );
}

function dynamicRange(
  remembered: Partial<StackPorts>,
  wantsUsual: boolean,
): Pick<StackPorts, 'nomadDynamicMin' | 'nomadDynamicMax'> {
  const { nomadDynamicMin, nomadDynamicMax } = remembered;
  if (nomadDynamicMin !== undefined && nomadDynamicMax !== undefined) {
    return { nomadDynamicMin, nomadDynamicMax };
  }
  if (wantsUsual) {
    return { nomadDynamicMin: USUAL_DYNAMIC.min, nomadDynamicMax: USUAL_DYNAMIC.max };
  }
  const { min, max, width } = PRIVATE_DYNAMIC;
  const first = min + randomInt(0, Math.floor((max + 1 - min) / width)) * width;
  return { nomadDynamicMin: first, nomadDynamicMax: first + width - 1 };
}

function readRemembered(layout: StackLayout): Partial<StackPorts> {
  const value = readJson(layout.ports);
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => Number.isInteger(entry[1])),
  );
}

function isComplete(ports: Partial<StackPorts>): ports is StackPorts {
  const names = [...PORT_NAMES, 'nomadDynamicMin', 'nomadDynamicMax'] as const;
  return names.every((name) => ports[name] !== undefined);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
