import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SchemaFiles } from '../../src/clients/openclaw/schema-files.js';
import { schemaFileOf } from '../../tools/config-schema/ask-openclaw.js';
import { ROOT } from './servers.js';

/** What OpenClaw takes, as the product has it: made ready once for a whole test run. */
export const openClawSchemas = new SchemaFiles((version) =>
  readFileSync(join(ROOT, schemaFileOf(version)), 'utf8'),
);
