/** One layer of the product: what it may import, and what to do instead of importing more. */
export interface Layer {
  readonly mayImport: readonly string[];
  readonly instead: string;
}

export const LAYERS: Readonly<Record<string, Layer>>;
export const PACKAGE_HOMES: Readonly<Record<string, readonly string[]>>;
export function layerOf(path: string): string | null;
export function isImportAllowed(layer: string, target: string): boolean;
