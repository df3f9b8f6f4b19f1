/**
 * Numbers from 0 to below 1 that are the same in every run with the same seed: a 32-bit counter
 * through the finaliser of MurmurHash3 (A. Appleby, public domain), which suffices to simulate.
 */
export function seededRandom(seed: number): () => number {
  let counter = seed;
  return () => {
    counter = (counter + 0x9e3779b9) | 0;
    let mixed = counter ^ (counter >>> 16);
    mixed = Math.imul(mixed, 0x85ebca6b);
    mixed ^= mixed >>> 13;
    mixed = Math.imul(mixed, 0xc2b2ae35);
    mixed ^= mixed >>> 16;
    return (mixed >>> 0) / 2 ** 32;
  };
}
