import { join } from 'node:path';
import { compareWithRelease } from './compare-with-release.js';

const root = join(import.meta.dirname, '..', '..');
const { isAllowed, text } = await compareWithRelease(root);
process.stdout.write(text);
process.exitCode = isAllowed ? 0 : 1;
