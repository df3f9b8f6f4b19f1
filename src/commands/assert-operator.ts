import type { Principal } from '../domain/principal.js';
import { Fault } from '../errors/index.js';

/** Refuses everybody but operators. */
export function assertOperator({ role }: Principal): void {
  if (role !== 'operator') throw new Fault('forbidden', 'This is for operators only.');
}

/** Refuses everybody but those who may see all of the installation, whether or not they change it. */
export function assertOverseer({ role }: Principal): void {
  if (role !== 'operator' && role !== 'auditor') {
    throw new Fault('forbidden', 'This is for operators and auditors only.');
  }
}
