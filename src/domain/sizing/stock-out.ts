/**
 * The share of claims that find no idle member in a pool of `members` under an offered load of
 * `load` (claims per second × seconds of a refill): P(N ≥ members) for N Poisson with mean `load`.
 *
 * A claim that finds none takes a member that is coming, and another one is started for it: demand
 * is never lost, so the number of refills under way is that of an M/G/∞ queue, which is Poisson
 * whatever the distribution of the refill time (Takács, Introduction to the Theory of Queues, 1962).
 * Erlang's loss formula, which is lower, would hold if such a claim never touched the stock; see
 * docs/decisions/0015-the-pool-is-sized-by-demand.md. Limits: arrivals must be Poisson (groups are provided for apart), and refills
 * must all be able to run at once.
 */
export function stockOutShare(members: number, load: number): number {
  if (members <= 0) return 1;
  if (load <= 0) return 0;
  // The smaller of the two sides is summed, so that no small number is a difference of large ones.
  return members > load ? tailFrom(members, load) : 1 - headBelow(members, load);
}

/** The smallest number of members with which at most `goal` of the claims find none; `max` at most. */
export function membersFor(load: number, goal: number, max: number): number {
  if (load <= 0) return 0;
  let members = Math.min(max, Math.max(1, Math.floor(load)));
  while (members < max && stockOutShare(members, load) > goal) members += 1;
  return members;
}

/** Terms below this change no digit that anybody reads. */
const NEGLIGIBLE = 1e-16;

function tailFrom(first: number, load: number): number {
  let term = probabilityOf(first, load);
  let sum = 0;
  for (let count = first + 1; term > NEGLIGIBLE * Math.max(sum, NEGLIGIBLE); count += 1) {
    sum += term;
    term *= load / count;
  }
  return sum;
}

function headBelow(end: number, load: number): number {
  let term = probabilityOf(end - 1, load);
  let sum = 0;
  for (let count = end - 1; count >= 0 && term > NEGLIGIBLE * sum; count -= 1) {
    sum += term;
    term *= count / load;
  }
  return sum;
}

/** P(N = count), by logarithms: neither the power nor the factorial would fit. */
function probabilityOf(count: number, load: number): number {
  let logarithm = count * Math.log(load) - load;
  for (let factor = 2; factor <= count; factor += 1) logarithm -= Math.log(factor);
  return Math.exp(logarithm);
}
