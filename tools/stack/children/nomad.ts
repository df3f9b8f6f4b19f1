import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { hasNomadSnapshot } from '../bootstrap/snapshot-nomad.js';
import type { ChildSpec } from '../child-spec.js';
import { buildChroot } from '../chroot.js';
import type { StackContext } from '../context.js';
import { ensureSecret, writeAtomically } from '../files.js';
import { callApi } from '../http.js';
import { field } from '../json.js';
import { secretFile } from '../layout.js';
import { renderTemplate } from '../templates.js';

/**
 * Nomad, one agent that is server and client; healthy once both say so and the one has registered
 * with the other.
 */
export function nomadSpec(context: StackContext): ChildSpec {
  const { layout, ports, toolchain } = context;
  const dataDir = join(layout.data, 'nomad');
  return {
    name: 'nomad',
    port: ports.nomadHttp,
    startLimitMs: 60_000,
    async command() {
      await buildChroot(context);
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      const config = join(layout.config, 'nomad.hcl');
      writeAtomically(
        config,
        renderTemplate(layout, 'nomad/agent/agent.hcl', agentValues(context)),
      );
      return {
        file: toolchain.nomad.path,
        args: ['agent', '-config', config, '-log-level', 'INFO'],
      };
    },
    async isHealthy(signal) {
      const url = `http://127.0.0.1:${ports.nomadHttp}/v1/agent/health`;
      const reply = await callApi(url, { signal, limitMs: 2_000 });
      const isOk = (part: string): boolean => field(field(reply.json, part), 'ok') === true;
      if (reply.status !== 200 || !isOk('server')) return false;
      return (
        !hasNomadSnapshot(context) || (isOk('client') && (await isRegistered(context, signal)))
      );
    },
  };
}

/** Whether the client has registered with the server, so that it may run tasks. */
async function isRegistered(
  { layout, ports }: StackContext,
  signal: AbortSignal,
): Promise<boolean> {
  const management = ensureSecret(secretFile(layout, 'nomad-management.token'), randomUUID);
  const self = await callApi(`http://127.0.0.1:${ports.nomadHttp}/v1/agent/self`, {
    headers: { 'x-nomad-token': management },
    signal,
    limitMs: 2_000,
  });
  const ttl = field(field(field(self.json, 'stats'), 'client'), 'heartbeat_ttl');
  return typeof ttl === 'string' && ttl !== '0s';
}

function agentValues({
  layout,
  ports,
  toolchain,
  driver,
}: StackContext): Record<string, string | number | boolean> {
  return {
    nomad_client_enabled: hasNomadSnapshot({ layout }),
    nomad_data_dir: join(layout.data, 'nomad'),
    nomad_http_port: ports.nomadHttp,
    nomad_rpc_port: ports.nomadRpc,
    nomad_serf_port: ports.nomadSerf,
    nomad_dynamic_port_min: ports.nomadDynamicMin,
    nomad_dynamic_port_max: ports.nomadDynamicMax,
    chroot_dir: layout.chroot,
    openclaw_dir: toolchain.openclaw.dir,
    raw_exec_enabled: driver === 'raw_exec',
    consul_http_port: ports.consulHttp,
    consul_nomad_token: ensureSecret(secretFile(layout, 'consul-nomad.token'), randomUUID),
    vault_port: ports.vault,
  };
}
