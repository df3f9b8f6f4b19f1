import type { HclVariables } from '../clients/nomad/hcl-variables.js';
import type { Config } from '../config/read-config.js';
import { poolIdOf } from '../domain/pool.js';
import { SIZE_CLASSES } from '../domain/size-classes.js';
import type { InstanceSpec } from '../ports/index.js';
import { publicNames } from './public-names.js';

/**
 * Where the exec driver mounts OpenClaw: the jobspec's own defaults. The compile cache lies in the
 * same folder, for its entries name their modules by the way there.
 */
const MOUNTED = {
  program_dir: '/opt/openclaw',
  compile_cache_dir: '/opt/openclaw/compile-cache',
};

/** Values for the variables of jobs/instance/openclaw.nomad.hcl. */
export function instanceVariables(
  config: Config,
  { instanceId, pool }: InstanceSpec,
): HclVariables {
  const limits = SIZE_CLASSES[pool.sizeClass];
  const { scheme, baseDomain, edgePort } = publicNames(config);
  const isExec = config.CLAWDEPLOY_INSTANCE_DRIVER === 'exec';
  const { CLAWDEPLOY_OPENCLAW_DIR: programDir, CLAWDEPLOY_COMPILE_CACHE_DIR: cacheDir } = config;
  return {
    instance_id: instanceId,
    pool_id: poolIdOf(pool),
    size_class: pool.sizeClass,
    openclaw_version: pool.openclawVersion,
    datacenter: config.CLAWDEPLOY_DATACENTER,
    node_pool: pool.nodePool,
    driver: config.CLAWDEPLOY_INSTANCE_DRIVER,
    ...(isExec ? MOUNTED : { program_dir: programDir, compile_cache_dir: cacheDir }),
    cpu_mhz: limits.cpuMhz,
    memory_mib: limits.memoryMib,
    memory_max_mib: limits.memoryMaxMib,
    disk_mib: limits.diskMib,
    heap_mib: limits.heapMib,
    vault_namespace: config.CLAWDEPLOY_VAULT_NAMESPACE ?? '',
    base_domain: baseDomain,
    edge_scheme: scheme,
    edge_port: edgePort,
    bind: config.CLAWDEPLOY_GATEWAY_BIND,
    trusted_proxies: config.CLAWDEPLOY_GATEWAY_TRUSTED_PROXIES,
    api_url: config.CLAWDEPLOY_PUBLIC_API_URL?.replace(/\/+$/, '') ?? '',
  };
}
