import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A gateway that answers everything at once, in a process of its own. */
export interface StubGateway {
  /** `host:port` */
  readonly address: string;
  stop(): void;
}

/** Starts it and waits until it listens. */
export async function startStubGateway(root: string): Promise<StubGateway> {
  const file = join(root, 'test/bench/support/stub-gateway-child.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    address: said.toString().trim(),
    stop() {
      child.kill('SIGKILL');
    },
  };
}
