import type { Principal } from '../domain/principal.js';
import { Fault } from '../errors/index.js';

/** Refuses everybody but operators. */
export function assertOperator({ role }: Principal): void {
  if (role !== 'operator') throw new Fault('forbidden', 'This is for operators only.');
}
