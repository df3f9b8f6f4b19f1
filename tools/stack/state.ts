import type { InstanceDriver } from '../setup/driver.js';
import type { ChildName } from './child-spec.js';
import type { EdgeKind } from './context.js';
import { readJson, writeAtomically } from './files.js';
import type { StackLayout } from './layout.js';
import type { ProcessProof } from './processes.js';

/**
 * How far a stack is. `failed` keeps its sentence until the next start.
 *
 *     starting → running → stopping → (the file goes away)
 *         └────────┴──────────┴──► failed
 */
export type StackPhase = 'starting' | 'running' | 'stopping' | 'failed';

/** One supervised process as `status` shows it. */
export interface ChildStatus {
  readonly name: ChildName;
  readonly process: ProcessProof | null;
  readonly startedAt: string | null;
  readonly restarts: number;
  readonly port: number;
  readonly isHealthy: boolean;
}

/** What the supervisor knows, written to run/state.json at each change. */
export interface StackState {
  readonly phase: StackPhase;
  readonly supervisor: ProcessProof;
  readonly edge: EdgeKind;
  readonly driver: InstanceDriver;
  readonly pools: string;
  readonly withControlPlane: boolean;
  readonly startedAt: string;
  readonly children: readonly ChildStatus[];
  readonly failure: string | null;
}

/** Replaces the state file. */
export function writeState(layout: StackLayout, state: StackState): void {
  writeAtomically(layout.state, `${JSON.stringify(state, null, 2)}\n`);
}

/** The last state written, or null when no stack was ever started or it was stopped in order. */
export function readState(layout: StackLayout): StackState | null {
  const value = readJson(layout.state);
  const isState = typeof value === 'object' && value !== null && 'phase' in value;
  // Only the supervisor of this same layout version writes the file, whole or not at all.
  return isState ? (value as StackState) : null;
}
