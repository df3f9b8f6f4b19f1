import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadToolchain } from '../setup/toolchain.js';
import { schemaFileOf, schemaTextOf } from './ask-openclaw.js';

const root = join(import.meta.dirname, '..', '..');
const toolchain = await loadToolchain(root);
const path = schemaFileOf(toolchain.openclaw.version);
await mkdir(dirname(join(root, path)), { recursive: true });
await writeFile(join(root, path), await schemaTextOf(toolchain));
process.stdout.write(`${path} is written\n`);
