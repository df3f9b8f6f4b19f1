import { SetupFailure } from './setup-failure.js';

/** What everything that is fetched or built is made for. */
export interface Platform {
  readonly os: 'linux';
  readonly cpu: 'x64' | 'arm64';
  /** Root may isolate tasks with Nomad's exec driver and may refresh Debian's package lists. */
  readonly isRoot: boolean;
}

/** This machine's platform; any other than Linux on x64 or arm64 is refused with a sentence. */
export function requirePlatform(): Platform {
  const { platform: os, arch: cpu } = process;
  if (os !== 'linux' || (cpu !== 'x64' && cpu !== 'arm64')) {
    throw new SetupFailure(
      `ClawDeploy's development stack runs on Linux on x64 or arm64, and this is ${os} on ${cpu}; ` +
        'use a Linux machine, a virtual one or WSL 2.',
    );
  }
  return { os, cpu, isRoot: process.getuid?.() === 0 };
}

/** The platform as it stands in names of cache folders, e.g. `linux-x64`. */
export function platformName({ os, cpu }: Pick<Platform, 'os' | 'cpu'>): string {
  return `${os}-${cpu}`;
}
