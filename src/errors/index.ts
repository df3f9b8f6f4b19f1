export { Fault, assertInvariant } from './fault.js';
export type { FaultDetails, FaultKind, FaultOptions, FaultPart } from './fault.js';
export { FAULT_CODES } from './fault-codes.js';
export type { FaultCode } from './fault-codes.js';
