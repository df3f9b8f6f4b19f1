import type { InstanceDriver } from '../setup/driver.js';
import type { Toolchain } from '../setup/toolchain.js';
import type { EdgeKind } from './context.js';
import type { StepName } from './start-stack.js';

/** What the starting process asks of the supervisor, once, over the channel between them. */
export interface StartRequest {
  readonly kind: 'start';
  readonly root: string;
  readonly stateDir: string;
  readonly edge: EdgeKind;
  readonly withControlPlane: boolean;
  readonly driver: InstanceDriver;
  readonly pools: string;
  readonly extraEnv: Readonly<Record<string, string>>;
  readonly usualPorts: boolean;
  readonly toolchain: Toolchain;
}

/** What happens during a start, for whoever shows it. */
export type StackEvent =
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'began'; readonly step: StepName }
  | { readonly kind: 'done'; readonly step: StepName; readonly tookMs: number };

/** What the supervisor tells the starting process. */
export type SupervisorReport =
  | StackEvent
  | { readonly kind: 'ready' }
  | { readonly kind: 'held'; readonly byPid: number }
  | { readonly kind: 'failed'; readonly sentence: string };
