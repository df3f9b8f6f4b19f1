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
     * Put an instance out of reach, and destroy it with all its data and keys
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
  readonly '/v1/instances/{id}/restart': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /**
     * Start the gateway again where it is, with its data; 10–25 s after its turns have ended
     * @description Needs the scope `instances:write`: tenant, product, operator.
     */
    readonly post: operations['restartInstance'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/instances/{id}/restore': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /**
     * Take an instance out of the trash, with its data, keys and token
     * @description Needs the scope `instances:write`: tenant, product, operator.
     */
    readonly post: operations['restoreInstance'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/instances/{id}/config': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Show the tenant’s part of the gateway’s configuration, and what is the platform’s
     * @description Needs the scope `config:read`: tenant, product, operator, auditor.
     */
    readonly get: operations['getConfig'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    /**
     * Change the tenant’s part of the gateway’s configuration, without a restart where possible
     * @description Needs the scope `config:write`: tenant, product, operator.
     */
    readonly patch: operations['patchConfig'];
    readonly trace?: never;
  };
  readonly '/v1/instances/{id}/config/changes': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * List the last changes of the configuration, newest first
     * @description Needs the scope `config:read`: tenant, product, operator, auditor.
     */
    readonly get: operations['listConfigChanges'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/instances/{id}/config/changes/{change}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Show one change of the configuration, and what became of it
     * @description Needs the scope `config:read`: tenant, product, operator, auditor.
     */
    readonly get: operations['getConfigChange'];
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
  readonly '/v1/webhooks': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * List webhooks, a page at a time; a product sees the products’, an operator all
     * @description Needs the scope `webhooks:read`: product, operator, auditor.
     */
    readonly get: operations['listWebhooks'];
    readonly put?: never;
    /**
     * Have an address told of events; what signs for it is shown in this answer alone
     * @description Needs the scope `webhooks:write`: product, operator.
     */
    readonly post: operations['createWebhook'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/webhooks/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Show a webhook
     * @description Needs the scope `webhooks:read`: product, operator, auditor.
     */
    readonly get: operations['getWebhook'];
    readonly put?: never;
    readonly post?: never;
    /**
     * Delete a webhook with its deliveries and its secret
     * @description Needs the scope `webhooks:write`: product, operator.
     */
    readonly delete: operations['deleteWebhook'];
    readonly options?: never;
    readonly head?: never;
    /**
     * Change a webhook’s address, events or description; disable it or enable it again
     * @description Needs the scope `webhooks:write`: product, operator.
     */
    readonly patch: operations['changeWebhook'];
    readonly trace?: never;
  };
  readonly '/v1/webhooks/{id}/secret': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /**
     * Give a webhook another secret; for a while both sign each request
     * @description Needs the scope `webhooks:write`: product, operator.
     */
    readonly post: operations['renewWebhookSecret'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/webhooks/{id}/deliveries': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * List a webhook’s deliveries of the last two weeks, newest first
     * @description Needs the scope `webhooks:read`: product, operator, auditor.
     */
    readonly get: operations['listWebhookDeliveries'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/webhooks/{id}/deliveries/{delivery}/replay': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /**
     * Have a delivery made anew, with the same webhook-id and the same body
     * @description Needs the scope `webhooks:write`: product, operator.
     */
    readonly post: operations['replayWebhookDelivery'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/webhooks/{id}/replay': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /**
     * Have all deliveries since a time made anew, by default those that failed
     * @description Needs the scope `webhooks:write`: product, operator.
     */
    readonly post: operations['replayWebhookDeliveries'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/v1/webhooks/{id}/test': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /**
     * Have an event webhook.test delivered
     * @description Needs the scope `webhooks:write`: product, operator.
     */
    readonly post: operations['testWebhook'];
    readonly delete?: never;
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
export interface webhooks {
  readonly 'instance.claimed': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** A tenant got an instance; it is not ready yet. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.claimed';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
              /** @enum {string} */
              readonly outcome: 'warm' | 'queued' | 'cold';
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.ready': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** The instance was seen to take its tenant’s token through the edge. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.ready';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
              readonly revision: number | null;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.failed': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** The instance could not be brought to work, or died, and nothing replaces it. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.failed';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
              /** @description Why, as `failure.code` of the instance says. */
              readonly code: string;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.moved': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** The tenant was given another instance in place of this one. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.moved';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
              /** @description Id of the other one. */
              readonly to: string;
              /** @description Why, as `failure.code` of the instance says. */
              readonly code: string;
              /** @description Whether their keys have to be set again. */
              readonly keysLost: boolean;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.restarting': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Somebody asked for a restart of the gateway; it is ready again, or failed, after it. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.restarting';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.config_applied': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** The gateway runs with the settings that its tenant changed. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.config_applied';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
              /** @description Its id, as …/config/changes has it. */
              readonly change: string;
              /** @description Which of the instance’s changes it was. */
              readonly number: number;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.config_put_back': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** The gateway did not take the changed settings; it runs with those of before. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.config_put_back';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
              /** @description Its id, as …/config/changes has it. */
              readonly change: string;
              /** @description Which of the instance’s changes it was. */
              readonly number: number;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.trashed': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Somebody deleted the instance; until its time is up that can be undone. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.trashed';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
              /**
               * Format: date-time
               * @example 2026-11-23T12:00:00.000Z
               */
              readonly destroyAt: string;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.restored': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** The instance was taken out of the trash; it is ready again, or failed, after it. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.restored';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.deleting': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Somebody asked for the end of the instance; it answers no more. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.deleting';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.deleted': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Nothing is left of the instance: job, data, secrets. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.deleted';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.rotated': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** The gateway uses its new keys, each proven by a live call; the old ones are destroyed. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.rotated';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
              /** @description Its id, as /v1/instances/{id}/rotations has it. */
              readonly rotation: string;
              /** @description Names of the keys, separated by blanks. */
              readonly names: string;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.rotation_reverted': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** A rotation came to nothing; the gateway uses its old keys. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.rotation_reverted';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
              /** @description Its id, as /v1/instances/{id}/rotations has it. */
              readonly rotation: string;
              /** @description Names of the keys, separated by blanks. */
              readonly names: string;
              readonly reason: string | null;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.rotation_unconfirmed': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** The new keys are within the gateway’s reach, and it was not seen to use them yet. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.rotation_unconfirmed';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
              /** @description Its id, as /v1/instances/{id}/rotations has it. */
              readonly rotation: string;
              /** @description Names of the keys, separated by blanks. */
              readonly names: string;
              readonly reason: string;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'instance.key_renewal_due': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** The tenant is to bring another key of this name, as after a breach. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'instance.key_renewal_due';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              /** @example oc-4fzk2m7qwxyz */
              readonly instance: string;
              readonly tenant: string | null;
              readonly name: string | null;
              readonly keyName: string;
              readonly campaign: string;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'key_campaign.done': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** A key campaign is over. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'key_campaign.done';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              readonly campaign: string;
              /** @enum {string} */
              readonly kind: 'replace' | 'renew';
              readonly keyName: string;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'key_campaign.halted': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Too many instances kept their old key. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'key_campaign.halted';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              readonly campaign: string;
              /** @enum {string} */
              readonly kind: 'replace' | 'renew';
              readonly keyName: string;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'key_campaign.aborted': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** A key campaign was given up. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'key_campaign.aborted';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              readonly campaign: string;
              /** @enum {string} */
              readonly kind: 'replace' | 'renew';
              readonly keyName: string;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'webhook.disabled': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** A webhook is told nothing any more, for it is gone or took nothing for days. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'webhook.disabled';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              readonly webhook: string;
              /** @enum {string} */
              readonly audience: 'product' | 'operator';
              /** @enum {string} */
              readonly reason: 'gone' | 'failing';
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly 'webhook.test': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Somebody asked whether this webhook works. */
    readonly post: {
      readonly parameters: {
        readonly query?: never;
        readonly header: {
          /** @description Of the event: the same at each attempt, so that a second one can be known. */
          readonly 'webhook-id': string;
          /** @description Of the attempt, in seconds since 1970. */
          readonly 'webhook-timestamp': string;
          /** @description v1, and the HMAC-SHA256 in base64; two of them while a secret is changed. */
          readonly 'webhook-signature': string;
        };
        readonly path?: never;
        readonly cookie?: never;
      };
      readonly requestBody: {
        readonly content: {
          readonly 'application/json': {
            /** @enum {string} */
            readonly type: 'webhook.test';
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-23T12:00:00.000Z
             */
            readonly timestamp: string;
            readonly data: {
              readonly webhook: string;
            };
          };
        };
      };
      readonly responses: {
        /** @description The webhook is disabled. */
        readonly 410: {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
        /** @description It is taken. Anything else is tried again for about a day. */
        readonly '2XX': {
          headers: {
            readonly [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
}
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
        | 'resuming'
        | 'stopped'
        | 'trashed'
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
      /**
       * Format: date-time
       * @description When what is in the trash is destroyed; until then it can be restored.
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly destroyAt: string | null;
      readonly failure: {
        readonly code: string;
        readonly sentence: string;
      } | null;
      /** @description Paths of this API. */
      readonly links: {
        readonly self: string;
        readonly keys: string;
        readonly access: string;
        readonly config: string;
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
        | 'webhook_unknown'
        | 'webhook_url_refused'
        | 'delivery_unknown'
        | 'size_class_unoffered'
        | 'tenant_suspended'
        | 'tenant_unknown'
        | 'pool_unknown'
        | 'sweep_unknown'
        | 'pool_bounds_refused'
        | 'config_invalid'
        | 'config_refused'
        | 'config_platform_owned'
        | 'config_too_large'
        | 'config_change_unknown'
        | 'precondition_required'
        | 'name_taken'
        | 'idempotency_key_reused'
        | 'api_key_shown_once'
        | 'instance_not_ready'
        | 'move_refused'
        | 'write_superseded'
        | 'keys_limit_reached'
        | 'keys_lost'
        | 'rotation_in_progress'
        | 'key_campaign_in_progress'
        | 'config_change_in_progress'
        | 'restore_refused'
        | 'precondition_failed'
        | 'webhook_disabled'
        | 'webhooks_limit_reached'
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
        | 'edge_unreachable'
        | 'provider_unreachable'
        | 'config_schema_missing'
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
    readonly Config: {
      readonly instance: string;
      /** @description By whose schema it is checked. */
      readonly openclawVersion: string;
      /** @description Grows with each change; 0 before one. */
      readonly revision: number;
      /** @description The tenant’s own part; no secret is in it. */
      readonly config: {
        readonly [key: string]: unknown;
      };
      /** @description Settings that cannot be changed here. */
      readonly platformOwned: readonly {
        readonly path: string;
        readonly why: string;
      }[];
    };
    readonly ConfigOutcome: {
      readonly diff: components['schemas']['ConfigDiff'];
      readonly needsRestart: boolean;
      /** @description null where nothing differs, and for a dry run. */
      readonly change: components['schemas']['ConfigChange'] | null;
    };
    readonly ConfigDiff: readonly {
      /** @example /agents/defaults/thinkingDefault */
      readonly path: string;
      /** @enum {string} */
      readonly change: 'added' | 'removed' | 'changed';
      /**
       * @description hot: within a second. next_use: when it is read next. restart: the gateway starts again by itself, 10–25 s.
       * @enum {string}
       */
      readonly effect: 'hot' | 'next_use' | 'restart';
    }[];
    readonly ConfigChange: {
      readonly id: string;
      readonly instance: string;
      readonly revision: number;
      /**
       * @description applied: the gateway was seen to run with it. reverted: it did not take it, and goes on with what it had before.
       * @enum {string}
       */
      readonly state: 'applying' | 'applied' | 'reverted';
      readonly diff: components['schemas']['ConfigDiff'];
      readonly failure: {
        /** @enum {string} */
        readonly code: 'not_taken' | 'instance_not_ready' | 'instance_gone';
        readonly sentence: string;
      } | null;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly requestedAt: string;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly closedAt: string | null;
    };
    /**
     * @description A JSON Merge Patch (RFC 7396): null removes, a list replaces a list.
     * @example {
     *       "agents": {
     *         "defaults": {
     *           "thinkingDefault": "low"
     *         }
     *       }
     *     }
     */
    readonly ConfigPatch: {
      readonly [key: string]: unknown;
    };
    readonly ConfigChangeList: {
      readonly items: readonly components['schemas']['ConfigChange'][];
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
        readonly resuming?: number;
        readonly stopped?: number;
        readonly trashed?: number;
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
        | 'config:read'
        | 'config:write'
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
        | 'webhooks:read'
        | 'webhooks:write'
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
        | 'config:read'
        | 'config:write'
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
        | 'webhooks:read'
        | 'webhooks:write'
      )[];
      readonly expiresInDays: number;
    };
    readonly ApiKeyPage: {
      readonly items: readonly components['schemas']['ApiKey'][];
      readonly nextCursor: string | null;
    };
    readonly WebhookWithSecret: components['schemas']['Webhook'] & {
      /**
       * Format: password
       * @description What signs for it: whsec_ and base64. It is shown this once.
       */
      readonly secret: string;
    };
    readonly Webhook: {
      /** @example wh-4fzk2m7qwxyz */
      readonly id: string;
      /**
       * @description product: hears of instances that have or had a tenant. operator: of everything.
       * @enum {string}
       */
      readonly audience: 'product' | 'operator';
      readonly url: string;
      readonly eventTypes:
        | readonly (
            | 'instance.claimed'
            | 'instance.ready'
            | 'instance.failed'
            | 'instance.moved'
            | 'instance.restarting'
            | 'instance.config_applied'
            | 'instance.config_put_back'
            | 'instance.trashed'
            | 'instance.restored'
            | 'instance.deleting'
            | 'instance.deleted'
            | 'instance.rotated'
            | 'instance.rotation_reverted'
            | 'instance.rotation_unconfirmed'
            | 'instance.key_renewal_due'
            | 'key_campaign.done'
            | 'key_campaign.halted'
            | 'key_campaign.aborted'
            | 'webhook.disabled'
            | 'webhook.test'
          )[]
        | null;
      readonly description: string;
      readonly isEnabled: boolean;
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
      readonly disabledAt: string | null;
      /**
       * @description asked: by a caller. gone: it answered 410. failing: it took nothing for days.
       * @enum {string|null}
       */
      readonly disabledReason: 'asked' | 'gone' | 'failing' | null;
      /**
       * Format: date-time
       * @description Since when every attempt has failed; null when the last one did not.
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly failingSince: string | null;
      /**
       * Format: date-time
       * @description Until when the secret before signs as well.
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly previousSecretUntil: string | null;
    };
    readonly NewWebhook: {
      /**
       * @description https, and a name that leads to public addresses alone. It is shown to all who see the webhook: put no secret into it, the signature is what proves who calls.
       * @example https://hooks.example.com/clawdeploy
       */
      readonly url: string;
      /**
       * @description Null for every event, those of later releases included.
       * @default null
       */
      readonly eventTypes?:
        | readonly (
            | 'instance.claimed'
            | 'instance.ready'
            | 'instance.failed'
            | 'instance.moved'
            | 'instance.restarting'
            | 'instance.config_applied'
            | 'instance.config_put_back'
            | 'instance.trashed'
            | 'instance.restored'
            | 'instance.deleting'
            | 'instance.deleted'
            | 'instance.rotated'
            | 'instance.rotation_reverted'
            | 'instance.rotation_unconfirmed'
            | 'instance.key_renewal_due'
            | 'key_campaign.done'
            | 'key_campaign.halted'
            | 'key_campaign.aborted'
            | 'webhook.disabled'
            | 'webhook.test'
          )[]
        | null;
      /**
       * @description What you call it.
       * @default
       */
      readonly description?: string;
      /** @default true */
      readonly isEnabled?: boolean;
    };
    readonly WebhookPage: {
      readonly items: readonly components['schemas']['Webhook'][];
      readonly nextCursor: string | null;
    };
    readonly WebhookChange: {
      /**
       * @description https, and a name that leads to public addresses alone. It is shown to all who see the webhook: put no secret into it, the signature is what proves who calls.
       * @example https://hooks.example.com/clawdeploy
       */
      readonly url?: string;
      /** @description Null for every event, those of later releases included. */
      readonly eventTypes?:
        | readonly (
            | 'instance.claimed'
            | 'instance.ready'
            | 'instance.failed'
            | 'instance.moved'
            | 'instance.restarting'
            | 'instance.config_applied'
            | 'instance.config_put_back'
            | 'instance.trashed'
            | 'instance.restored'
            | 'instance.deleting'
            | 'instance.deleted'
            | 'instance.rotated'
            | 'instance.rotation_reverted'
            | 'instance.rotation_unconfirmed'
            | 'instance.key_renewal_due'
            | 'key_campaign.done'
            | 'key_campaign.halted'
            | 'key_campaign.aborted'
            | 'webhook.disabled'
            | 'webhook.test'
          )[]
        | null;
      /** @description What you call it. */
      readonly description?: string;
      readonly isEnabled?: boolean;
    };
    /** @description For how long the old secret signs as well; 0 after a leak. */
    readonly SecretRenewal: {
      /** @default 86400 */
      readonly overlapSeconds?: number;
    };
    readonly WebhookDeliveryPage: {
      readonly items: readonly components['schemas']['WebhookDelivery'][];
      readonly nextCursor: string | null;
    };
    readonly WebhookDelivery: {
      readonly id: string;
      /** @description The header webhook-id of each attempt. */
      readonly eventId: string;
      /** @enum {string} */
      readonly type:
        | 'instance.claimed'
        | 'instance.ready'
        | 'instance.failed'
        | 'instance.moved'
        | 'instance.restarting'
        | 'instance.config_applied'
        | 'instance.config_put_back'
        | 'instance.trashed'
        | 'instance.restored'
        | 'instance.deleting'
        | 'instance.deleted'
        | 'instance.rotated'
        | 'instance.rotation_reverted'
        | 'instance.rotation_unconfirmed'
        | 'instance.key_renewal_due'
        | 'key_campaign.done'
        | 'key_campaign.halted'
        | 'key_campaign.aborted'
        | 'webhook.disabled'
        | 'webhook.test';
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly occurredAt: string;
      readonly data: {
        readonly [key: string]: string | number | boolean | null;
      };
      /**
       * @description failed: given up, or its webhook said that it is gone; it can be replayed.
       * @enum {string}
       */
      readonly state: 'pending' | 'delivered' | 'failed';
      /** @description Since it was made or last replayed. */
      readonly attempts: number;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly nextAttemptAt: string | null;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly lastAttemptAt: string | null;
      readonly lastStatus: number | null;
      /**
       * @description Why the last attempt got no answer.
       * @enum {string|null}
       */
      readonly lastFailure:
        'timeout' | 'unreachable' | 'tls_refused' | 'address_refused' | 'cut_off' | null;
      /**
       * Format: date-time
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly createdAt: string;
    };
    readonly WebhookReplayed: {
      /** @description Deliveries that are made anew now. */
      readonly count: number;
      /** @description There may be more: ask again. */
      readonly nextCursor: string | null;
    };
    readonly WebhookReplay: {
      /**
       * Format: date-time
       * @description Of events that happened at or after it.
       * @example 2026-11-23T12:00:00.000Z
       */
      readonly since: string;
      /**
       * @default [
       *       "failed"
       *     ]
       */
      readonly states?: readonly ('failed' | 'delivered')[];
      /** @description nextCursor of the page before. */
      readonly cursor?: string;
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
          | 'resuming'
          | 'stopped'
          | 'trashed'
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
      readonly header?: {
        /** @description ETag of what is known: 304 while it is still so. */
        readonly 'if-none-match'?: string;
      };
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
          /** @description Names this state of it; for If-Match. */
          readonly etag: string;
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
      readonly query?: {
        /** @description Seconds in which it can be restored; as many as the installation allows by default and at most. 0 destroys it at once. */
        readonly grace?: number | null;
      };
      readonly header?: {
        /** @description wait=N holds the answer for up to N ≤ 60 seconds until it is done. */
        readonly prefer?: string;
        /** @description ETag of what was read: 412 when it was changed since. * stands for any. */
        readonly 'if-match'?: string;
      };
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Nobody reaches it any more; it is destroyed at once, or at destroyAt. */
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
  readonly restartInstance: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description wait=N holds the answer for up to N ≤ 60 seconds until it is done. */
        readonly prefer?: string;
        /** @description ETag of what was read: 412 when it was changed since. * stands for any. */
        readonly 'if-match'?: string;
      };
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Ready again, and proven. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Instance'];
        };
      };
      /** @description On its way back to ready. */
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
  readonly restoreInstance: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description wait=N holds the answer for up to N ≤ 60 seconds until it is done. */
        readonly prefer?: string;
        /** @description ETag of what was read: 412 when it was changed since. * stands for any. */
        readonly 'if-match'?: string;
      };
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Ready again, and proven. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Instance'];
        };
      };
      /** @description On its way back to ready. */
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
  readonly getConfig: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description ETag of what is known: 304 while it is still so. */
        readonly 'if-none-match'?: string;
      };
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The configuration. */
      readonly 200: {
        headers: {
          /** @description Names this state of it; for If-Match. */
          readonly etag: string;
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Config'];
        };
      };
    };
  };
  readonly patchConfig: {
    readonly parameters: {
      readonly query?: {
        /** @description true: only says what would change. */
        readonly dry_run?: 'true' | 'false';
      };
      readonly header?: {
        /** @description wait=N holds the answer for up to N ≤ 60 seconds until it is done. */
        readonly prefer?: string;
        /** @description ETag of what was read: 412 when it was changed since. * stands for any. */
        readonly 'if-match'?: string;
      };
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/merge-patch+json': components['schemas']['ConfigPatch'];
      };
    };
    readonly responses: {
      /** @description Nothing differs, a dry run, or it came to its end. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['ConfigOutcome'];
        };
      };
      /** @description Changed; the gateway follows in about a second. */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['ConfigOutcome'];
        };
      };
    };
  };
  readonly listConfigChanges: {
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
      /** @description The last twenty. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['ConfigChangeList'];
        };
      };
    };
  };
  readonly getConfigChange: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        /** @description Id of the instance. */
        readonly id: string;
        readonly change: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The change. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['ConfigChange'];
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
        /** @description ETag of what was read: 412 when it was changed since. * stands for any. */
        readonly 'if-match'?: string;
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
        /** @description ETag of what was read: 412 when it was changed since. * stands for any. */
        readonly 'if-match'?: string;
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
        /** @description ETag of what was read: 412 when it was changed since. * stands for any. */
        readonly 'if-match'?: string;
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
        /** @description The same key gives the same answer for 24 hours; 409 with another body. */
        readonly 'idempotency-key'?: string;
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
      readonly header?: {
        /** @description The same key gives the same answer for 24 hours; 409 with another body. */
        readonly 'idempotency-key'?: string;
      };
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
      readonly header?: {
        /** @description The same key gives the same answer for 24 hours; 409 with another body. */
        readonly 'idempotency-key'?: string;
      };
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
      readonly header?: {
        /** @description The same key gives the same answer for 24 hours; 409 with another body. */
        readonly 'idempotency-key'?: string;
      };
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
  readonly listWebhooks: {
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
      /** @description One page. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['WebhookPage'];
        };
      };
    };
  };
  readonly createWebhook: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['NewWebhook'];
      };
    };
    readonly responses: {
      /** @description The webhook with its secret. */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['WebhookWithSecret'];
        };
      };
    };
  };
  readonly getWebhook: {
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
      /** @description The webhook, without its secret. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Webhook'];
        };
      };
    };
  };
  readonly deleteWebhook: {
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
      /** @description It is told nothing any more. */
      readonly 204: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  readonly changeWebhook: {
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
        readonly 'application/json': components['schemas']['WebhookChange'];
      };
    };
    readonly responses: {
      /** @description As it is now. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Webhook'];
        };
      };
    };
  };
  readonly renewWebhookSecret: {
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
        readonly 'application/json': components['schemas']['SecretRenewal'];
      };
    };
    readonly responses: {
      /** @description The webhook with its new secret. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['WebhookWithSecret'];
        };
      };
    };
  };
  readonly listWebhookDeliveries: {
    readonly parameters: {
      readonly query?: {
        readonly limit?: number;
        /** @description nextCursor of the page before. */
        readonly cursor?: string;
        readonly state?: 'pending' | 'delivered' | 'failed';
      };
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
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
          readonly 'application/json': components['schemas']['WebhookDeliveryPage'];
        };
      };
    };
  };
  readonly replayWebhookDelivery: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
        readonly delivery: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description A worker makes it. */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['WebhookDelivery'];
        };
      };
    };
  };
  readonly replayWebhookDeliveries: {
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
        readonly 'application/json': components['schemas']['WebhookReplay'];
      };
    };
    readonly responses: {
      /** @description A worker makes them; a thousand per call. */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['WebhookReplayed'];
        };
      };
    };
  };
  readonly testWebhook: {
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
      /** @description A worker makes it. */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['WebhookDelivery'];
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
