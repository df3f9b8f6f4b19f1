import { z } from 'zod';
import type { JsonObject } from '../../domain/config/json.js';
import { pointerOf } from '../../domain/config/json.js';
import type { FaultPart } from '../../errors/index.js';
import { Fault } from '../../errors/index.js';
import type { ConfigSchemas } from '../../ports/index.js';

/** What may be the name of a file. */
const VERSION = /^\d+(\.\d+)*[\w.+-]*$/;

/**
 * OpenClaw's own schemas by version, as `make config-schema` keeps them in the project. Made ready when a
 * version is first asked for, which takes half a second and 10 MB.
 */
export class SchemaFiles implements ConfigSchemas {
  readonly #ready = new Map<string, z.ZodType>();

  /** @param read gives the text of a version's file; throws when there is none. */
  constructor(private readonly read: (version: string) => string) {}

  check(openclawVersion: string, config: JsonObject): readonly FaultPart[] {
    const outcome = this.#of(openclawVersion).safeParse(config);
    return outcome.success ? [] : outcome.error.issues.flatMap((issue) => troublesOf(issue, []));
  }

  #of(version: string): z.ZodType {
    const known = this.#ready.get(version);
    if (known !== undefined) return known;
    const schema = z.fromJSONSchema(JSON.parse(this.#textOf(version)) as SchemaOfJson);
    this.#ready.set(version, schema);
    return schema;
  }

  #textOf(version: string): string {
    try {
      if (VERSION.test(version)) return this.read(version);
    } catch {
      // That there is no such file is told below, in words for whoever changes a configuration.
    }
    throw new Fault(
      'config_schema_missing',
      'What this version of OpenClaw takes is not known here yet; the operator has to bring it.',
      { details: { openclawVersion: version } },
    );
  }
}

type SchemaOfJson = Parameters<typeof z.fromJSONSchema>[0];

/** Where something is wrong and what; of several forms the one that the value comes closest to. */
function troublesOf(issue: z.core.$ZodIssue, above: readonly string[]): readonly FaultPart[] {
  const path = [...above, ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys') {
    const detail = 'There are settings here that this OpenClaw does not know.';
    return [{ pointer: pointerOf(path), detail }];
  }
  if (issue.code === 'invalid_union') {
    const forms = issue.errors.filter((errors) => errors.some((one) => one.path.length > 0));
    const [closest] = [...forms].sort((one, other) => one.length - other.length);
    if (closest !== undefined) return closest.flatMap((one) => troublesOf(one, path));
    const detail = 'None of the forms that this setting takes.';
    return [{ pointer: pointerOf(path), detail }];
  }
  return [{ pointer: pointerOf(path), detail: issue.message }];
}
