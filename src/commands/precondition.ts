import type { InstanceView } from './instance-view.js';

/**
 * Throws `precondition_failed` unless the instance is still as its caller saw it. Asked with the row
 * locked, so that what it lets through is what is changed.
 */
export type Precondition = (view: InstanceView) => void;
