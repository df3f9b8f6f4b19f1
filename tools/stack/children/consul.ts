import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { ChildSpec } from '../child-spec.js';
import type { StackContext } from '../context.js';
import { ensureSecret, writeAtomically } from '../files.js';
import { callApi } from '../http.js';
import { secretFile } from '../layout.js';
import { renderTemplate } from '../templates.js';

/** Consul, one server that is its own agent; healthy once it leads and knows its ACLs. */
export function consulSpec({ layout, ports, toolchain }: StackContext): ChildSpec {
  const management = ensureSecret(secretFile(layout, 'consul-management.token'), randomUUID);
  const agent = ensureSecret(secretFile(layout, 'consul-agent.token'), randomUUID);
  return {
    name: 'consul',
    port: ports.consulHttp,
    startLimitMs: 60_000,
    command() {
      const config = join(layout.config, 'consul.hcl');
      const text = renderTemplate(layout, 'consul/agent/server.hcl', {
        consul_data_dir: join(layout.data, 'consul'),
        consul_http_port: ports.consulHttp,
        consul_server_port: ports.consulServer,
        consul_serf_port: ports.consulSerf,
        consul_management_token: management,
        consul_agent_token: agent,
      });
      writeAtomically(config, text);
      return Promise.resolve({
        file: toolchain.consul.path,
        args: ['agent', '-config-file', config, '-log-level', 'warn'],
      });
    },
    async isHealthy(signal) {
      const reply = await callApi(`http://127.0.0.1:${ports.consulHttp}/v1/acl/token/self`, {
        headers: { 'x-consul-token': management },
        signal,
        limitMs: 2_000,
      });
      return reply.status === 200;
    },
  };
}
