import { join } from 'node:path';
import type { ChildSpec } from '../child-spec.js';
import type { StackContext } from '../context.js';
import { discardHalfMadeVault, openVault } from '../bootstrap/open-vault.js';
import { writeAtomically } from '../files.js';
import { renderTemplate } from '../templates.js';

/** Vault with its data in files; each health check unseals it if it is sealed. */
export function vaultSpec(context: StackContext): ChildSpec {
  const { layout, ports, toolchain } = context;
  return {
    name: 'vault',
    port: ports.vault,
    startLimitMs: 60_000,
    command() {
      discardHalfMadeVault(context);
      const config = join(layout.config, 'vault.hcl');
      const text = renderTemplate(layout, 'vault/server/server.hcl', {
        vault_data_dir: join(layout.data, 'vault'),
        vault_port: ports.vault,
        vault_cluster_port: ports.vaultCluster,
      });
      writeAtomically(config, text);
      return Promise.resolve({
        file: toolchain.vault.path,
        args: ['server', '-config', config, '-log-level', 'info'],
      });
    },
    isHealthy: (signal) => openVault(context, signal),
  };
}
