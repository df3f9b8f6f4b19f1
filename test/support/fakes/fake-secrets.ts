import type { InstanceId } from '../../../src/domain/ids.js';
import { Fault } from '../../../src/errors/index.js';
import { randomToken } from '../../../src/lib/random.js';
import type {
  GatewayTokens,
  KeyChanges,
  KeyVault,
  SecretShredder,
} from '../../../src/ports/index.js';
import { Trouble } from './trouble.js';

type Keys = Readonly<Record<string, string>>;

/** Vault's part in memory: keys and gateway tokens with all their versions. */
export class FakeSecrets implements KeyVault, GatewayTokens, SecretShredder {
  readonly trouble = new Trouble<keyof (KeyVault & GatewayTokens & SecretShredder)>(
    'vault_unreachable',
  );
  /** Version n is at n - 1; null once it is destroyed. */
  readonly #keys = new Map<InstanceId, (Keys | null)[]>();
  readonly #tokens = new Map<InstanceId, string[]>();

  changeKeys(instanceId: InstanceId, changes: KeyChanges, signal: AbortSignal): Promise<number> {
    return this.trouble.meet('changeKeys', signal, () => {
      const versions = this.#keys.get(instanceId) ?? [];
      if (versions.at(-1) === null)
        throw new Fault('keys_lost', 'The newest version is destroyed.');
      const merged = Object.entries({ ...versions.at(-1), ...changes });
      versions.push(
        Object.fromEntries(
          merged.flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
        ),
      );
      this.#keys.set(instanceId, versions);
      return versions.length;
    });
  }

  startOver(instanceId: InstanceId, values: Keys, signal: AbortSignal): Promise<number | null> {
    return this.trouble.meet('startOver', signal, () => {
      const versions = this.#keys.get(instanceId) ?? [];
      if ((versions.at(-1) ?? null) !== null) return null;
      versions.push(values);
      this.#keys.set(instanceId, versions);
      return versions.length;
    });
  }

  destroyBefore(instanceId: InstanceId, version: number, signal: AbortSignal): Promise<void> {
    return this.trouble.meet('destroyBefore', signal, () => {
      const versions = this.#keys.get(instanceId) ?? [];
      versions.fill(null, 0, Math.max(0, version - 1));
    });
  }

  ensureToken(instanceId: InstanceId, version: number, signal: AbortSignal): Promise<void> {
    return this.trouble.meet('ensureToken', signal, () => {
      const versions = this.#tokens.get(instanceId) ?? [];
      if (versions.length >= version) return;
      if (versions.length < version - 1) {
        throw new Fault('vault_refused', 'The version before that one does not exist.');
      }
      versions.push(randomToken());
      this.#tokens.set(instanceId, versions);
    });
  }

  readToken(instanceId: InstanceId, version: number, signal: AbortSignal): Promise<string | null> {
    return this.trouble.meet('readToken', signal, () => this.token(instanceId, version));
  }

  shred(instanceId: InstanceId, signal: AbortSignal): Promise<void> {
    return this.trouble.meet('shred', signal, () => {
      this.#keys.delete(instanceId);
      this.#tokens.delete(instanceId);
    });
  }

  listInstanceIds(signal: AbortSignal): Promise<readonly InstanceId[]> {
    return this.trouble.meet('listInstanceIds', signal, () => [
      ...new Set([...this.#keys.keys(), ...this.#tokens.keys()]),
    ]);
  }

  /** The keys of that version, as the instance alone may read them; null when there are none. */
  keys(instanceId: InstanceId, version: number): Keys | null {
    return this.#keys.get(instanceId)?.[version - 1] ?? null;
  }

  /** The gateway token of that version, free of any trouble. */
  token(instanceId: InstanceId, version: number): string | null {
    return this.#tokens.get(instanceId)?.[version - 1] ?? null;
  }
}
