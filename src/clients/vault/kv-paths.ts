import type { InstanceId } from '../../domain/ids.js';

/** The two secrets of an instance, apart because different roles may read them. */
export type SecretName = 'gateway' | 'keys';

/** Where a secret's versions are written and read. */
export function dataPath(instanceId: InstanceId, secret: SecretName): string {
  return `kv/data/instances/${instanceId}/${secret}`;
}

/** Where versions of a secret are destroyed for good. */
export function destroyPath(instanceId: InstanceId, secret: SecretName): string {
  return `kv/destroy/instances/${instanceId}/${secret}`;
}

/** Where the folders of all instances that have secrets are listed. */
export const INSTANCES_PATH = 'kv/metadata/instances';

/** Where all that is known of a secret is read, and removed with every version. */
export function metadataPath(instanceId: InstanceId, secret: SecretName): string {
  return `${INSTANCES_PATH}/${instanceId}/${secret}`;
}
