/** Names of the size classes, smallest first. */
export const SIZE_CLASS_NAMES = ['s', 'm', 'l'] as const;
export type SizeClass = (typeof SIZE_CLASS_NAMES)[number];

/** What an instance of a class may use. */
export interface SizeClassLimits {
  /** CPU share in MHz, as Nomad counts it. */
  readonly cpuMhz: number;
  /** Reserved memory in MiB: what placement counts. */
  readonly memoryMib: number;
  /** Memory in MiB at which the task is killed; needs memory oversubscription. */
  readonly memoryMaxMib: number;
  readonly diskMib: number;
  /** V8's old-space limit in MiB, below the memory limit so that the gateway collects in time. */
  readonly heapMib: number;
}

/** Limits per class; the reasons for the numbers are in docs/gateway.md. */
export const SIZE_CLASSES: Readonly<Record<SizeClass, SizeClassLimits>> = {
  s: { cpuMhz: 500, memoryMib: 1024, memoryMaxMib: 2048, diskMib: 1024, heapMib: 1024 },
  m: { cpuMhz: 1000, memoryMib: 2048, memoryMaxMib: 4096, diskMib: 4096, heapMib: 2048 },
  l: { cpuMhz: 2000, memoryMib: 4096, memoryMaxMib: 8192, diskMib: 10_240, heapMib: 4096 },
};
