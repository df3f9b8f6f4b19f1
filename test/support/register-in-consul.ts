import type { InstanceId } from '../../src/domain/ids.js';
import type { TestConsul } from './test-consul.js';

export interface Registered {
  readonly ids: readonly InstanceId[];
  /** `host:port` of the gateway behind all of them. */
  readonly address: string;
  readonly baseDomain: string;
}

/** Consul takes at most 128 operations in one transaction. */
const BATCH = 64;
const NODE = 'planted';

/** Registers instances with the tags that the jobspec gives them, as many as are wanted at once. */
export async function registerInConsul(
  consul: Pick<TestConsul, 'admin'>,
  { ids, address, baseDomain }: Registered,
): Promise<void> {
  const [host = '', port = ''] = address.split(':');
  await consul.admin('PUT', '/v1/catalog/register', { Node: NODE, Address: host });
  for (let first = 0; first < ids.length; first += BATCH) {
    const operations = ids.slice(first, first + BATCH).map((id) => ({
      Service: {
        Verb: 'set',
        Node: NODE,
        Service: {
          ID: id,
          Service: 'openclaw',
          Address: host,
          Port: Number(port),
          Tags: tagsOf(id, baseDomain),
        },
      },
    }));
    await consul.admin('PUT', '/v1/txn', operations);
  }
}

/** What Traefik reads of an instance; test/jobs holds the jobspec's own tags. */
export function tagsOf(id: string, baseDomain: string): readonly string[] {
  return [
    'traefik.enable=true',
    `traefik.http.routers.${id}.rule=Host(\`${id}.${baseDomain}\`)`,
    `traefik.http.routers.${id}.entrypoints=web`,
    `traefik.http.routers.${id}.middlewares=clawdeploy-route@file`,
    `traefik.http.routers.${id}.service=${id}`,
    `traefik.http.services.${id}.loadbalancer.passhostheader=true`,
  ];
}
