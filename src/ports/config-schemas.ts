import type { JsonObject } from '../domain/config/json.js';
import type { FaultPart } from '../errors/index.js';

/** What OpenClaw of one version says of a configuration. */
export interface ConfigSchemas {
  /**
   * Where `config` is not what OpenClaw of that version takes, as far as tenants can reach; empty where
   * nothing is wrong. Values are never repeated. Fault: `config_schema_missing`.
   */
  check(openclawVersion: string, config: JsonObject): readonly FaultPart[];
}
