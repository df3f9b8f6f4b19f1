import type { CommandSet } from '../program.js';

/** Adds `tenant suspend` and `tenant unsuspend`. */
export function addTenantCommands({ program, call }: CommandSet): void {
  const tenant = program.command('tenant').description('whether a tenant may claim');
  tenant
    .command('suspend')
    .description('let a tenant claim nothing new; what they have keeps running')
    .argument('<tenant>')
    .action((name: string) =>
      call(async ({ client, signal, show }) => {
        const suspension = await client.call('suspendTenant', { path: { ref: name }, signal });
        show(suspension, `${name} can claim nothing new; what they have keeps running.\n`);
      }),
    );
  tenant
    .command('unsuspend')
    .description('let a tenant claim again')
    .argument('<tenant>')
    .action((name: string) =>
      call(async ({ client, signal, show }) => {
        const suspension = await client.call('unsuspendTenant', { path: { ref: name }, signal });
        show(suspension, `${name} can claim again.\n`);
      }),
    );
}
