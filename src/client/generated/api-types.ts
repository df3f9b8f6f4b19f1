// Generated from docs/openapi.json by `make openapi`; what is written here by hand is lost.

export interface paths {
  readonly '/v1/instances': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * List instances, a page at a time
     * @description Needs the scope `instances:read`: tenant, product, operator, auditor.
     */
    readonly get: operations['listInstances'];
    readonly put?: never;
    /**
     * Claim a warm instance for a tenant
     * @description Needs the scope `instances:write`: tenant, product, operator.
     */
    readonly post: operations['claimInstance'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/instances/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Show one instance
     * @description Needs the scope `instances:read`: tenant, product, operator, auditor.
     */
    readonly get: operations['getInstance'];
    readonly put?: never;
    readonly post?: never;
    /**
     * Destroy an instance with all its data and keys
     * @description Needs the scope `instances:write`: tenant, product, operator.
     */
    readonly delete: operations['deleteInstance'];
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/instances/{id}/events': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Follow an instance until it is ready, failed or deleted
     * @description Needs the scope `instances:read`: tenant, product, operator, auditor.
     */
    readonly get: operations['watchInstance'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/instances/{id}/access': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Read the gateway’s URL and token; every reading is audited
     * @description Needs the scope `access:read`: tenant, product, operator.
     */
    readonly get: operations['readAccess'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/instances/{id}/keys': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * List the names and versions of an instance’s keys
     * @description Needs the scope `keys:read`: tenant, product, operator, auditor.
     */
    readonly get: operations['listKeys'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    /**
     * Set and remove several keys in one step, all or nothing, without a restart
     * @description Needs the scope `keys:write`: tenant, product, operator.
     */
    readonly patch: operations['changeKeys'];
    readonly trace?: never;
  };
  readonly '/v1/instances/{id}/keys/{name}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    /**
     * Set or replace a key, without a restart
     * @description Needs the scope `keys:write`: tenant, product, operator.
     */
    readonly put: operations['setKey'];
    readonly post?: never;
    /**
     * Remove a key, without a restart
     * @description Needs the scope `keys:write`: tenant, product, operator.
     */
    readonly delete: operations['deleteKey'];
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/instances/{id}/rotations': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * List the last rotations of an instance’s keys, newest first
     * @description Needs the scope `keys:read`: tenant, product, operator, auditor.
     */
    readonly get: operations['listRotations'];
    readonly put?: never;
    /**
     * Exchange keys for new ones, proven by a live call, without a restart
     * @description Needs the scope `keys:write`: tenant, product, operator.
     */
    readonly post: operations['rotateKeys'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/instances/{id}/rotations/{rotation}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Show how a rotation stands
     * @description Needs the scope `keys:read`: tenant, product, operator, auditor.
     */
    readonly get: operations['getRotation'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/key-campaigns': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * List the last key campaigns, newest first; for operators
     * @description Needs the scope `key-campaigns:read`: operator, auditor.
     */
    readonly get: operations['listKeyCampaigns'];
    readonly put?: never;
    /**
     * Exchange a key across the fleet, in waves, each proven by a live call; for operators
     * @description Needs the scope `key-campaigns:write`: operator.
     */
    readonly post: operations['startKeyCampaign'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/key-campaigns/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Show how far a key campaign is; for operators
     * @description Needs the scope `key-campaigns:read`: operator, auditor.
     */
    readonly get: operations['showKeyCampaign'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    /**
     * Pause, resume or abort a key campaign; for operators
     * @description Needs the scope `key-campaigns:write`: operator.
     */
    readonly patch: operations['changeKeyCampaign'];
    readonly trace?: never;
  };
  readonly '/v1/offers': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Show what may be claimed, and which keys a gateway takes
     * @description Needs the scope `instances:read`: tenant, product, operator, auditor.
     */
    readonly get: operations['listOffers'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/pools': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Show each pool’s bounds, target and stock
     * @description Needs the scope `pools:read`: product, operator, auditor.
     */
    readonly get: operations['listPools'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/pools/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    /**
     * Resize, schedule, pause or resume a pool; for operators
     * @description Needs the scope `pools:write`: operator.
     */
    readonly patch: operations['changePool'];
    readonly trace?: never;
  };
  readonly '/v1/tenants/{ref}/suspension': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    /**
     * Let a tenant claim nothing new; what they have keeps running
     * @description Needs the scope `tenants:write`: product, operator.
     */
    readonly put: operations['suspendTenant'];
    readonly post?: never;
    /**
     * Let a tenant claim again
     * @description Needs the scope `tenants:write`: product, operator.
     */
    readonly delete: operations['unsuspendTenant'];
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/sweeps': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /**
     * Ask for a sweep: compare everything that exists with the database
     * @description Needs the scope `sweeps:write`: operator.
     */
    readonly post: operations['requestSweep'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/sweeps/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Show what a sweep found and did
     * @description Needs the scope `sweeps:read`: operator, auditor.
     */
    readonly get: operations['showSweep'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/api-keys': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * List API keys, a page at a time, without what opens anything; for operators
     * @description Needs the scope `api-keys:read`: operator, auditor.
     */
    readonly get: operations['listApiKeys'];
    readonly put?: never;
    /**
     * Make an API key for a backend; it is shown in this answer alone; for operators
     * @description Needs the scope `api-keys:write`: operator.
     */
    readonly post: operations['createApiKey'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/api-keys/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    readonly post?: never;
    /**
     * Revoke an API key; it opens nothing from the next request on; for operators
     * @description Needs the scope `api-keys:write`: operator.
     */
    readonly delete: operations['revokeApiKey'];
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/audit': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * List who did what and who was refused, newest first; for operators and auditors
     * @description Needs the scope `audit:read`: operator, auditor.
     */
    readonly get: operations['listAudit'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/audit/export': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Export the sealed records with their hashes, in the order of the chain; for operators and auditors
     * @description Needs the scope `audit:read`: operator, auditor.
     */
    readonly get: operations['exportAudit'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/healthz': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/readyz': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/metrics': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/openapi.json': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/docs': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/console': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/console/operator': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    readonly ClaimedInstance: components['schemas']['Instance'] & {
      readonly claim: {
        /**
         * @description warm: it was idle. queued: it was starting already. cold: it was started for this. replayed: this Idempotency-Key claimed it before.
         * @enum {string}
         */
        readonly outcome: 'warm' | 'queued' | 'cold' | 'replayed';
      };
    };
    readonly Key: {
      readonly name: string;
      /** @description Version of the keys that brought it. */
      readonly version: number;
      /**
       * @description live: the gateway uses it.
       * @enum {string}
       */
      readonly state: 'pending' | 'live';
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly setAt: string;
      /**
       * Format: date-time
       * @description When a live call by the gateway was last answered with it.
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly lastProvenAt: string | null;
      /**
       * @description Whose key it is.
       * @enum {string}
       */
      readonly owner: 'tenant' | 'platform';
      /**
       * Format: date-time
       * @description Since when its tenant is asked to bring another one, as after a breach.
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly renewalDueAt: string | null;
    };
    readonly Instance: {
      readonly id: string;
      readonly name: string | null;
      readonly tenant: string | null;
      /** @enum {string} */
      readonly state:
        | 'creating'
        | 'warming'
        | 'idle'
        | 'binding'
        | 'ready'
        | 'stopped'
        | 'failed'
        | 'deleting'
        | 'deleted';
      /** @description How far a claim is on its way to ready. */
      readonly progress: {
        readonly step: number;
        readonly of: number;
        readonly what: string;
      } | null;
      /** @enum {string} */
      readonly sizeClass: 's' | 'm' | 'l';
      /** Format: uri */
      readonly url: string;
      readonly keys: readonly components['schemas']['Key'][];
      readonly openclawVersion: string;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly readyAt: string | null;
      readonly failure: {
        readonly code: string;
        readonly sentence: string;
      } | null;
      /** @description Paths of this API. */
      readonly links: {
        readonly self: string;
        readonly keys: string;
        readonly access: string;
      };
    };
    readonly Problem: {
      readonly type: string;
      readonly title: string;
      readonly status: number;
      readonly detail: string;
      /** @enum {string} */
      readonly code:
        | 'request_invalid'
        | 'request_too_large'
        | 'route_unknown'
        | 'method_unsupported'
        | 'unauthenticated'
        | 'forbidden'
        | 'instance_unknown'
        | 'key_unknown'
        | 'provider_unknown'
        | 'key_malformed'
        | 'key_refused'
        | 'rotation_unknown'
        | 'rotation_unprovable'
        | 'key_campaign_unknown'
        | 'api_key_unknown'
        | 'size_class_unoffered'
        | 'tenant_suspended'
        | 'tenant_unknown'
        | 'pool_unknown'
        | 'sweep_unknown'
        | 'pool_bounds_refused'
        | 'config_invalid'
        | 'name_taken'
        | 'idempotency_key_reused'
        | 'instance_not_ready'
        | 'move_refused'
        | 'write_superseded'
        | 'keys_limit_reached'
        | 'keys_lost'
        | 'rotation_in_progress'
        | 'key_campaign_in_progress'
        | 'pool_empty'
        | 'streams_limit_reached'
        | 'rate_limited'
        | 'database_unreachable'
        | 'redis_unreachable'
        | 'issuer_unreachable'
        | 'nomad_unreachable'
        | 'nomad_refused'
        | 'consul_unreachable'
        | 'consul_refused'
        | 'vault_unreachable'
        | 'vault_sealed'
        | 'vault_refused'
        | 'gateway_unreachable'
        | 'gateway_refused'
        | 'provider_unreachable'
        | 'internal'
        | 'pool_bounds_inverted'
        | 'row_malformed'
        | 'reply_malformed';
      readonly requestId: string;
      readonly errors?: readonly {
        readonly pointer: string;
        readonly detail: string;
      }[];
    };
    readonly Claim: {
      /**
       * @description The tenant’s name for the instance.
       * @default default
       * @example default
       */
      readonly name?: string;
      /**
       * @description The product’s own name for the tenant.
       * @example alice
       */
      readonly tenant?: string;
      /**
       * @default s
       * @enum {string}
       */
      readonly sizeClass?: 's' | 'm' | 'l';
      /** @description Where to run it; the installation’s own region by default. */
      readonly region?: string;
    };
    readonly InstancePage: {
      readonly items: readonly components['schemas']['Instance'][];
      readonly nextCursor: string | null;
    };
    /**
     * @description Server-sent events: `instance` with an Instance as its data, or at last `problem` with a Problem; comments keep the connection alive.
     * @example id: 3q2-7wFp1Zc0aXbY
     *     event: instance
     *     data: {"id":"oc-4fzk2m7qwxyz",…}
     */
    readonly InstanceEvents: string;
    readonly Access: {
      /** Format: uri */
      readonly url: string;
      /** @description Opens the gateway as its admin; keep it secret. */
      readonly token: string;
    };
    readonly KeyList: {
      readonly items: readonly components['schemas']['Key'][];
    };
    readonly KeyChanges: {
      /**
       * @description Whose keys the new values are. platform: yours, so that a key campaign may exchange them; not for tenants.
       * @default tenant
       * @enum {string}
       */
      readonly owner?: 'tenant' | 'platform';
      /** @default [] */
      readonly set?: readonly {
        readonly name: string;
        /**
         * Format: password
         * @description Kept in Vault alone.
         */
        readonly value: string;
      }[];
      /** @default [] */
      readonly remove?: readonly string[];
    };
    readonly KeyValue: {
      /**
       * @description Whose keys the new values are. platform: yours, so that a key campaign may exchange them; not for tenants.
       * @default tenant
       * @enum {string}
       */
      readonly owner?: 'tenant' | 'platform';
      /**
       * Format: password
       * @description Kept in Vault alone.
       */
      readonly value: string;
    };
    readonly Rotation: {
      readonly id: string;
      readonly instance: string;
      /** @description Counts the instance’s rotations. */
      readonly number: number;
      /** @description Keys that get new values. */
      readonly names: readonly string[];
      /**
       * @description verified: the gateway answered with the new values, uses them, and the old ones are destroyed. reverted: the old values were in use all the time and the new ones are gone. unconfirmed: the new values are proven, and the gateway was not seen to use them yet.
       * @enum {string}
       */
      readonly state:
        | 'writing'
        | 'proving'
        | 'proven'
        | 'switching'
        | 'verified'
        | 'unconfirmed'
        | 'reverting'
        | 'reverted';
      /** @description Why it was given up. */
      readonly failure: {
        /** @enum {string} */
        readonly code:
          | 'not_written'
          | 'key_refused'
          | 'no_answer'
          | 'no_receipt'
          | 'superseded'
          | 'keys_lost'
          | 'not_seen'
          | 'instance_not_ready'
          | 'instance_gone';
        readonly sentence: string;
      } | null;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly requestedAt: string;
      /**
       * Format: date-time
       * @description When a live call was answered.
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly provenAt: string | null;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly closedAt: string | null;
    };
    readonly NewKeys: {
      /**
       * @description Whose keys the new values are. platform: yours, so that a key campaign may exchange them; not for tenants.
       * @default tenant
       * @enum {string}
       */
      readonly owner?: 'tenant' | 'platform';
      readonly keys: readonly {
        readonly name: string;
        /**
         * Format: password
         * @description Kept in Vault alone.
         */
        readonly value: string;
      }[];
    };
    readonly RotationList: {
      readonly items: readonly components['schemas']['Rotation'][];
    };
    readonly KeyCampaign: {
      readonly id: string;
      /** @enum {string} */
      readonly kind: 'replace' | 'renew';
      readonly keyName: string;
      /**
       * @description halted: by itself, for more instances failed than its budget allows.
       * @enum {string}
       */
      readonly state: 'preparing' | 'running' | 'paused' | 'halted' | 'done' | 'aborted';
      readonly failureBudget: number;
      readonly requestedBy: string;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly requestedAt: string;
      /**
       * Format: date-time
       * @description Since when it is in this state.
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly stateAt: string;
      /**
       * Format: date-time
       * @description When nothing was left of it: the value destroyed, and every instance settled.
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly valueDestroyedAt: string | null;
      readonly instances: components['schemas']['KeyCampaignCounts'];
      readonly waves: readonly components['schemas']['KeyCampaignWave'][];
      /** @description The first hundred that ended without the new key, and why. */
      readonly unmoved: readonly {
        readonly instance: string;
        /** @enum {string} */
        readonly state: 'reverted' | 'skipped';
        /** @enum {string|null} */
        readonly reason:
          | 'not_written'
          | 'key_refused'
          | 'no_answer'
          | 'no_receipt'
          | 'superseded'
          | 'keys_lost'
          | 'not_seen'
          | 'instance_not_ready'
          | 'instance_gone'
          | 'not_ready'
          | 'key_changed'
          | 'aborted'
          | null;
      }[];
    };
    readonly KeyCampaignCounts: components['schemas']['KeyMoveCounts'] & {
      readonly total: number;
    };
    readonly KeyMoveCounts: {
      readonly waiting: number;
      readonly begun: number;
      readonly verified: number;
      readonly reverted: number;
      readonly skipped: number;
    };
    readonly KeyCampaignWave: components['schemas']['KeyMoveCounts'] & {
      readonly wave: number;
    };
    readonly NewKeyCampaign:
      | {
          /** @enum {string} */
          readonly kind: 'replace';
          /**
           * @description Name of the key.
           * @example openai
           */
          readonly keyName: string;
          /**
           * Format: password
           * @description Kept in Vault alone.
           */
          readonly value: string;
          /**
           * @description Share of the instances that may keep their old key before it halts.
           * @default 0.05
           */
          readonly failureBudget?: number;
        }
      | {
          /** @enum {string} */
          readonly kind: 'renew';
          /**
           * @description Name of the key.
           * @example openai
           */
          readonly keyName: string;
        };
    readonly KeyCampaignList: {
      readonly items: readonly components['schemas']['KeyCampaign'][];
    };
    readonly KeyCampaignChange: {
      /**
       * @description running: goes on where it was paused or halted, and accepts its failures.
       * @enum {string}
       */
      readonly state: 'paused' | 'running' | 'aborted';
    };
    readonly Offers: {
      /** @description Whom your claims are for; null when each claim has to name its tenant. */
      readonly tenant: string | null;
      /** @description Where a claim runs that names no region. */
      readonly region: string;
      readonly items: readonly {
        /** @enum {string} */
        readonly sizeClass: 's' | 'm' | 'l';
        readonly region: string;
      }[];
      /** @description Keys that a gateway can use. */
      readonly keys: readonly {
        readonly name: string;
        readonly title: string;
        /** @description A rotation can prove it by a live call. */
        readonly isProvable: boolean;
      }[];
    };
    readonly PoolList: {
      readonly items: readonly components['schemas']['Pool'][];
    };
    readonly Pool: {
      readonly id: string;
      /** @enum {string} */
      readonly sizeClass: 's' | 'm' | 'l';
      readonly openclawVersion: string;
      readonly region: string;
      readonly idleFloor: number;
      readonly idleCeiling: number;
      /** @description What demand asks for just now. */
      readonly idleTarget: number;
      /** @description Claimed ones included. */
      readonly membersMax: number;
      readonly overrides: readonly components['schemas']['PoolOverride'][];
      /**
       * @description What keeps the pool below its target; breaker_final: until an operator closes it.
       * @enum {string|null}
       */
      readonly hold:
        | 'paused'
        | 'breaker_open'
        | 'no_place'
        | 'members_max'
        | 'starts_in_flight'
        | 'starts_paced'
        | 'breaker_final'
        | null;
      /** @description Nomad’s words for no_place, e.g. memory exhausted on 1 node. */
      readonly holdReason: string | null;
      /** @description Serves new claims instead. */
      readonly supersededBy: string | null;
      /** @description Claims that wait for a start. */
      readonly waiting: number;
      readonly counts: {
        readonly creating?: number;
        readonly warming?: number;
        readonly idle?: number;
        readonly binding?: number;
        readonly ready?: number;
        readonly stopped?: number;
        readonly failed?: number;
        readonly deleting?: number;
        readonly deleted?: number;
      };
      readonly stockOut: components['schemas']['PoolStockOut'];
    };
    readonly PoolOverride: {
      /** @example 0 8 * * 1-5 */
      readonly cron: string;
      /** @example Europe/Paris */
      readonly timeZone: string;
      readonly forMinutes: number;
      readonly idleFloor: number;
    };
    /** @description How often claims find no idle member; counted per size class and region. */
    readonly PoolStockOut: {
      /** @description Share of claims, 0 to 1, that are expected to find no idle member at the present target. */
      readonly predicted: number;
      /** @description Claims to be expected while one member is refilled. */
      readonly offeredLoad: number;
      /** @description Mean time until a claimed member is replaced; null before the first was. */
      readonly refillMs: number | null;
      /** @description The last hour in pieces of five minutes, oldest first. */
      readonly observed: readonly {
        /**
         * Format: date-time
         * @example 2026-11-23T12:00:00.000Z
         */
        readonly from: string;
        /** @description Claims that found an idle member. */
        readonly warm: number;
        /** @description Claims that waited for a start. */
        readonly waited: number;
        /** @description Claims that were refused. */
        readonly refused: number;
      }[];
    };
    readonly PoolChange: {
      readonly idleFloor?: number;
      readonly idleCeiling?: number;
      readonly membersMax?: number;
      readonly overrides?: readonly components['schemas']['PoolOverride'][];
      /** @description A paused pool starts nothing. */
      readonly isPaused?: boolean;
      /**
       * @description false closes the breaker and forgets the failures.
       * @enum {boolean}
       */
      readonly isBreakerOpen?: false;
    };
    readonly Suspension: {
      readonly tenant: string;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly suspendedAt: string | null;
    };
    readonly Sweep: {
      readonly id: string;
      /** @enum {string} */
      readonly state: 'waiting' | 'done';
      readonly isDryRun: boolean;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly requestedAt: string;
      /** @description Null for one of the schedule’s, each half minute. */
      readonly requestedBy: string | null;
      readonly report: components['schemas']['SweepReport'];
    };
    readonly SweepReport: {
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly at: string;
      readonly isDryRun: boolean;
      readonly tookMs: number;
      /** @description How many things there were in each system. */
      readonly seen: {
        readonly rows: number;
        readonly jobs: number;
        readonly variables: number;
        readonly secrets: number;
        readonly services: number;
      };
      /** @description Differences by kind; what they mean stands in docs/sweeper.md. */
      readonly counts: {
        readonly job_of_deleted?: number;
        readonly variable_of_deleted?: number;
        readonly secrets_of_deleted?: number;
        readonly service_of_deleted?: number;
        readonly job_without_row?: number;
        readonly variable_without_row?: number;
        readonly secrets_without_row?: number;
        readonly service_without_row?: number;
        readonly job_of_stranger?: number;
        readonly row_without_job?: number;
        readonly row_with_stopped_job?: number;
        readonly row_without_variable?: number;
        readonly row_without_secrets?: number;
        readonly row_without_service?: number;
        readonly deletion_stuck?: number;
        readonly owner_without_claim?: number;
        readonly claim_without_owner?: number;
      };
      readonly findings: readonly {
        /** @enum {string} */
        readonly kind:
          | 'job_of_deleted'
          | 'variable_of_deleted'
          | 'secrets_of_deleted'
          | 'service_of_deleted'
          | 'job_without_row'
          | 'variable_without_row'
          | 'secrets_without_row'
          | 'service_without_row'
          | 'job_of_stranger'
          | 'row_without_job'
          | 'row_with_stopped_job'
          | 'row_without_variable'
          | 'row_without_secrets'
          | 'row_without_service'
          | 'deletion_stuck'
          | 'owner_without_claim'
          | 'claim_without_owner';
        readonly instanceId: string;
        /** @enum {string} */
        readonly remedy: 'clear_away' | 'fail' | 'announce' | 'report';
        /**
         * Format: date-time
         * @example 2026-11-23T12:00:00.000Z
         */
        readonly firstSeenAt: string;
        /** @description It was there for as long as the grace lasts. */
        readonly isRipe: boolean;
      }[];
      readonly acted: readonly {
        /** @enum {string} */
        readonly kind: 'clear_away' | 'fail' | 'announce';
        readonly instanceId: string;
        readonly because: readonly (
          | 'job_of_deleted'
          | 'variable_of_deleted'
          | 'secrets_of_deleted'
          | 'service_of_deleted'
          | 'job_without_row'
          | 'variable_without_row'
          | 'secrets_without_row'
          | 'service_without_row'
          | 'job_of_stranger'
          | 'row_without_job'
          | 'row_with_stopped_job'
          | 'row_without_variable'
          | 'row_without_secrets'
          | 'row_without_service'
          | 'deletion_stuck'
          | 'owner_without_claim'
          | 'claim_without_owner'
        )[];
        readonly isKill: boolean;
        /** @enum {string} */
        readonly outcome: 'done' | 'begun' | 'overtaken' | 'failed' | 'dry_run';
      }[];
      /** @description Above what one sweep may do. */
      readonly deferred: number;
      /** @description To be dealt with when the grace is over. */
      readonly waiting: number;
      /** @description Why nothing was done: most of what exists seems lost. */
      readonly suspicion: {
        /** @enum {string} */
        readonly kind: 'jobs_without_rows' | 'rows_without_jobs';
        readonly found: number;
        readonly of: number;
      } | null;
    } | null;
    readonly SweepRequest: {
      /** @description Only tell what would be done. */
      readonly isDryRun: boolean;
    };
    readonly CreatedApiKey: components['schemas']['ApiKey'] & {
      /**
       * Format: password
       * @description The key itself: cdk_, 12 characters, _, 59 characters. It is shown this once.
       */
      readonly key: string;
    };
    readonly ApiKey: {
      /** @example ak-4fzk2m7qwxyz */
      readonly id: string;
      readonly name: string;
      /** @enum {string} */
      readonly role: 'tenant' | 'product' | 'operator' | 'auditor';
      readonly tenant: string | null;
      /** @description All that it may do. */
      readonly scopes: readonly (
        | 'instances:read'
        | 'instances:write'
        | 'access:read'
        | 'keys:read'
        | 'keys:write'
        | 'pools:read'
        | 'pools:write'
        | 'tenants:write'
        | 'sweeps:read'
        | 'sweeps:write'
        | 'key-campaigns:read'
        | 'key-campaigns:write'
        | 'api-keys:read'
        | 'api-keys:write'
        | 'audit:read'
      )[];
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly createdAt: string;
      readonly createdBy: string;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly expiresAt: string;
      /**
       * Format: date-time
       * @description To about five minutes.
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly lastUsedAt: string | null;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly revokedAt: string | null;
    };
    readonly NewApiKey: {
      /**
       * @description What you call it.
       * @example shop backend
       */
      readonly name: string;
      /** @enum {string} */
      readonly role: 'tenant' | 'product' | 'operator' | 'auditor';
      /**
       * @description Whom a key of the role tenant is for.
       * @example alice
       */
      readonly tenant?: string;
      /** @description What it is narrowed to; all that its role may do by default. */
      readonly scopes?: readonly (
        | 'instances:read'
        | 'instances:write'
        | 'access:read'
        | 'keys:read'
        | 'keys:write'
        | 'pools:read'
        | 'pools:write'
        | 'tenants:write'
        | 'sweeps:read'
        | 'sweeps:write'
        | 'key-campaigns:read'
        | 'key-campaigns:write'
        | 'api-keys:read'
        | 'api-keys:write'
        | 'audit:read'
      )[];
      readonly expiresInDays: number;
    };
    readonly ApiKeyPage: {
      readonly items: readonly components['schemas']['ApiKey'][];
      readonly nextCursor: string | null;
    };
    readonly AuditPage: {
      readonly items: readonly components['schemas']['AuditRecord'][];
      /** @description A page may be short, even empty, and not the last: this alone says so. */
      readonly nextCursor: string | null;
    };
    readonly AuditRecord: {
      readonly id: number;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly at: string;
      readonly actor: string;
      /** @description The address that it was asked from. */
      readonly from: string | null;
      readonly action: string;
      readonly target: string;
      /** @description done or refused. */
      readonly outcome: string;
      readonly requestId: string | null;
      readonly details?: {
        readonly [key: string]: unknown;
      };
      /** @description Its place in the chain; null for a second or so after it was written. */
      readonly seal: {
        readonly number: number;
        readonly hash: string;
      } | null;
    };
    /**
     * @description One JSON object a line, in the order of the chain; empty when there is nothing after `after`. `hash` is SHA-256 of the line without `hash`, as canonical JSON (RFC 8785).
     * @example {"number":1,"previous":"000…","sealedAt":"2026-11-23T12:00:01.000Z","id":1,…,"hash":"9f2…"}
     */
    readonly AuditExport: string;
    readonly Liveness: {
      /** @enum {string} */
      readonly status: 'live';
    };
    readonly Readiness: {
      /** @enum {string} */
      readonly status: 'ready' | 'not_ready';
      /** @description `ok`, or a sentence, for each thing the process depends on. */
      readonly checks: {
        readonly [key: string]: string;
      };
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  readonly listInstances: {
    readonly parameters: {
      readonly query?: {
        readonly state?:
          | 'creating'
          | 'warming'
          | 'idle'
          | 'binding'
          | 'ready'
          | 'stopped'
          | 'failed'
          | 'deleting'
          | 'deleted';
        /** @description The product’s own name for the tenant. */
        readonly tenant?: string;
        readonly limit?: number;
        /** @description nextCursor of the page before. */
        readonly cursor?: string;
      };
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description One page. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['InstancePage'];
        };
      };
    };
  };
  readonly claimInstance: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description The same key gives the same answer for 24 hours; 409 with another body. */
        readonly 'idempotency-key'?: string;
        /** @description wait=N holds the answer for up to N ≤ 60 seconds until it is done. */
        readonly prefer?: string;
      };
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['Claim'];
      };
    };
    readonly responses: {
      /** @description Claimed and ready. */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['ClaimedInstance'];
        };
      };
      /** @description Claimed; ready in about a second, or after a start if none was warm. */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['ClaimedInstance'];
        };
      };
    };
  };
  readonly getInstance: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The instance. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Instance'];
        };
      };
    };
  };
  readonly deleteInstance: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description wait=N holds the answer for up to N ≤ 60 seconds until it is done. */
        readonly prefer?: string;
      };
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Its name is closed; the rest follows. */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Instance'];
        };
      };
    };
  };
  readonly watchInstance: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description Id of the last event that was seen, which is then not sent again. */
        readonly 'last-event-id'?: string;
      };
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Events, the first with the instance as it is. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'text/event-stream': components['schemas']['InstanceEvents'];
        };
      };
      /** @description Last-Event-ID names the last event that there will be. */
      readonly 204: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  readonly readAccess: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description What opens the gateway. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Access'];
        };
      };
    };
  };
  readonly listKeys: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description All keys. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['KeyList'];
        };
      };
    };
  };
  readonly changeKeys: {
    readonly parameters: {
      readonly query?: {
        /** @description true: ask the provider first whether it takes the key. */
        readonly verify?: 'true' | 'false';
      };
      readonly header?: {
        /** @description wait=N holds the answer for up to N ≤ 60 seconds until it is done. */
        readonly prefer?: string;
      };
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['KeyChanges'];
      };
    };
    readonly responses: {
      /** @description Changed, and the gateway was seen to use it. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Instance'];
        };
      };
      /** @description Changed; the gateway follows in about a second. */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Instance'];
        };
      };
    };
  };
  readonly setKey: {
    readonly parameters: {
      readonly query?: {
        /** @description true: ask the provider first whether it takes the key. */
        readonly verify?: 'true' | 'false';
      };
      readonly header?: {
        /** @description wait=N holds the answer for up to N ≤ 60 seconds until it is done. */
        readonly prefer?: string;
      };
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
        /** @description A provider’s or channel’s name; its slash is sent as %2F. */
        readonly name: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['KeyValue'];
      };
    };
    readonly responses: {
      /** @description Changed, and the gateway was seen to use it. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Instance'];
        };
      };
      /** @description Changed; the gateway follows in about a second. */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Instance'];
        };
      };
    };
  };
  readonly deleteKey: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description wait=N holds the answer for up to N ≤ 60 seconds until it is done. */
        readonly prefer?: string;
      };
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
        /** @description A provider’s or channel’s name; its slash is sent as %2F. */
        readonly name: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Changed, and the gateway was seen to use it. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Instance'];
        };
      };
      /** @description Changed; the gateway follows in about a second. */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Instance'];
        };
      };
    };
  };
  readonly listRotations: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description At most fifty. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['RotationList'];
        };
      };
    };
  };
  readonly rotateKeys: {
    readonly parameters: {
      readonly query?: {
        /** @description true: ask the provider first whether it takes the key. */
        readonly verify?: 'true' | 'false';
      };
      readonly header?: {
        /** @description wait=N holds the answer for up to N ≤ 60 seconds until it is done. */
        readonly prefer?: string;
      };
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['NewKeys'];
      };
    };
    readonly responses: {
      /** @description Over: verified, reverted or, rarely, unconfirmed. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Rotation'];
        };
      };
      /** @description Under way; it ends by itself in about two seconds. */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Rotation'];
        };
      };
    };
  };
  readonly getRotation: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description wait=N holds the answer for up to N ≤ 60 seconds until it is done. */
        readonly prefer?: string;
      };
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
        readonly rotation: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Over: verified, reverted or, rarely, unconfirmed. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Rotation'];
        };
      };
      /** @description Under way; it ends by itself in about two seconds. */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Rotation'];
        };
      };
    };
  };
  readonly listKeyCampaigns: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description At most fifty. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['KeyCampaignList'];
        };
      };
    };
  };
  readonly startKeyCampaign: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['NewKeyCampaign'];
      };
    };
    readonly responses: {
      /** @description A worker does it; look how far it is. */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['KeyCampaign'];
        };
      };
    };
  };
  readonly showKeyCampaign: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The campaign, wave by wave. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['KeyCampaign'];
        };
      };
    };
  };
  readonly changeKeyCampaign: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['KeyCampaignChange'];
      };
    };
    readonly responses: {
      /** @description Changed; what is under way ends by itself. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['KeyCampaign'];
        };
      };
    };
  };
  readonly listOffers: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description All offers. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Offers'];
        };
      };
    };
  };
  readonly listPools: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description All pools. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['PoolList'];
        };
      };
    };
  };
  readonly changePool: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['PoolChange'];
      };
    };
    readonly responses: {
      /** @description Changed; the controller follows in seconds. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Pool'];
        };
      };
    };
  };
  readonly suspendTenant: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        /** @description The product’s own name for the tenant. */
        readonly ref: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description As it is now. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Suspension'];
        };
      };
    };
  };
  readonly unsuspendTenant: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        /** @description The product’s own name for the tenant. */
        readonly ref: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description As it is now. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Suspension'];
        };
      };
    };
  };
  readonly requestSweep: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['SweepRequest'];
      };
    };
    readonly responses: {
      /** @description A controller does it within seconds. */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Sweep'];
        };
      };
    };
  };
  readonly showSweep: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        /** @description Id of the sweep, or `latest`. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The sweep, with its report once it is done. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Sweep'];
        };
      };
    };
  };
  readonly listApiKeys: {
    readonly parameters: {
      readonly query?: {
        readonly limit?: number;
        /** @description nextCursor of the page before. */
        readonly cursor?: string;
      };
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description One page, keys that are over included. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['ApiKeyPage'];
        };
      };
    };
  };
  readonly createApiKey: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['NewApiKey'];
      };
    };
    readonly responses: {
      /** @description The key; keep it, nobody else does. */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['CreatedApiKey'];
        };
      };
    };
  };
  readonly revokeApiKey: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description It is revoked, now or since earlier. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['ApiKey'];
        };
      };
    };
  };
  readonly listAudit: {
    readonly parameters: {
      readonly query?: {
        /** @description What it was about. */
        readonly target?: string;
        /** @description Who. */
        readonly actor?: string;
        readonly action?: string;
        readonly outcome?: 'done' | 'refused';
        /** @description At this time or later. */
        readonly since?: string;
        /** @description Before this time. */
        readonly until?: string;
        readonly limit?: number;
        /** @description nextCursor of the page before. */
        readonly cursor?: string;
      };
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description A page. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['AuditPage'];
        };
      };
    };
  };
  readonly exportAudit: {
    readonly parameters: {
      readonly query?: {
        /** @description Number of the last line that you have; 0 to begin with the first. */
        readonly after?: number;
        readonly limit?: number;
      };
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description A line each. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/x-ndjson': components['schemas']['AuditExport'];
        };
      };
    };
  };
}
