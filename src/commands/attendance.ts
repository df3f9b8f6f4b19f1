import type { Principal } from '../domain/principal.js';

/** How many callers may hold on at once; each holds a connection and a listener. */
export interface AttendanceLimits {
  readonly openMax: number;
  /** Of these, by the token of one tenant, so that no tenant takes all of them. */
  readonly openPerTenantMax: number;
  /** Told how many hold on, whenever that changes. */
  readonly onOpen?: (open: number) => void;
}

/** Counts the callers that hold on for an instance to change, within limits. */
export class Attendance {
  #open = 0;
  readonly #openByTenant = new Map<string, number>();

  constructor(private readonly limits: AttendanceLimits) {}

  /**
   * Counts a caller in and returns what counts it out, once, at its end or when `signal` fires; null
   * when as many hold on as may.
   */
  enter({ tenantRef }: Principal, signal: AbortSignal): (() => void) | null {
    const { openMax, openPerTenantMax } = this.limits;
    const ofTenant = tenantRef === null ? 0 : (this.#openByTenant.get(tenantRef) ?? 0);
    if (this.#open >= openMax || ofTenant >= openPerTenantMax) return null;
    this.#count(tenantRef, 1);
    let isOpen = true;
    const leave = (): void => {
      if (isOpen) this.#count(tenantRef, -1);
      isOpen = false;
      signal.removeEventListener('abort', leave);
    };
    signal.addEventListener('abort', leave, { once: true });
    return leave;
  }

  #count(tenantRef: string | null, more: number): void {
    this.#open += more;
    this.limits.onOpen?.(this.#open);
    if (tenantRef === null) return;
    const ofTenant = (this.#openByTenant.get(tenantRef) ?? 0) + more;
    if (ofTenant > 0) this.#openByTenant.set(tenantRef, ofTenant);
    else this.#openByTenant.delete(tenantRef);
  }
}
