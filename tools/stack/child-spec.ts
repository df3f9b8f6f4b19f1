/** Every process that the supervisor may run. */
export type ChildName =
  | 'postgres'
  | 'redis'
  | 'consul'
  | 'vault'
  | 'nomad'
  | 'edge'
  | 'stub-model'
  | 'api'
  | 'controller'
  | 'worker';

/** What to run: the program, its arguments and what it finds in its environment. */
export interface ChildCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How one process of the stack is started, known to be well, and ended. */
export interface ChildSpec {
  readonly name: ChildName;
  /** The port that people look for, shown by `status`. */
  readonly port: number;
  /** How long a first start may take, in milliseconds. */
  readonly startLimitMs: number;
  /** Writes what the process reads at its start and says how to start it; run before each start. */
  command(): Promise<ChildCommand>;
  /** Whether it serves. Also the place to bring it there, as unsealing does for Vault. */
  isHealthy(signal: AbortSignal): Promise<boolean>;
}
