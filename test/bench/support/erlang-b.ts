/**
 * Erlang's loss formula: the share of arrivals that find all of `servers` busy under an offered load.
 * For a pool it would hold if a claim that finds nothing idle left the stock alone (S. A. Smith,
 * Management Science 23(5), 1977, p. 522). By the recursion B(s) = a·B(s−1) / (s + a·B(s−1)).
 */
export function erlangB(servers: number, offeredLoad: number): number {
  let blocked = 1;
  for (let count = 1; count <= servers; count += 1) {
    blocked = (offeredLoad * blocked) / (count + offeredLoad * blocked);
  }
  return blocked;
}
