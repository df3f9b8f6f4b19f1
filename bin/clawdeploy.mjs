#!/usr/bin/env -S node --enable-source-maps
import { existsSync } from 'node:fs';

const entry = new URL('../build/dist/src/cli/main.js', import.meta.url);

if (existsSync(entry)) {
  await import(entry.href);
} else {
  process.stderr.write('ClawDeploy is not built yet: run `make setup` in its repository first.\n');
  process.exitCode = 1;
}
