/**
 * Erlang's loss formula: the share of arrivals that find all of `servers` busy when the offered load
 * (arrivals × mean holding time) is `offeredLoad`.
 *
 * For a pool the servers are its members and a member is busy from its claim until its replacement
 * is idle. Source: A. K. Erlang, 1917; for a stock of S with lost sales, S. A. Smith, Management
 * Science 23(5), 1977, p. 522. Only the mean of the holding time matters. Limits: arrivals must be
 * Poisson (groups are provided for apart), claims that find nothing must not come back for a member,
 * and replacements must all be able to run at once. Computed by the recursion
 * B(0) = 1, B(s) = a·B(s−1) / (s + a·B(s−1)), which neither overflows nor cancels.
 */
export function erlangB(servers: number, offeredLoad: number): number {
  if (offeredLoad <= 0) return servers > 0 ? 0 : Number(offeredLoad > 0);
  let blocked = 1;
  for (let count = 1; count <= servers; count += 1) {
    blocked = (offeredLoad * blocked) / (count + offeredLoad * blocked);
  }
  return blocked;
}

/** The smallest number of members with which at most `goal` of the claims find none; `max` at most. */
export function membersFor(offeredLoad: number, goal: number, max: number): number {
  if (offeredLoad <= 0) return 0;
  let blocked = 1;
  let members = 0;
  while (blocked > goal && members < max) {
    members += 1;
    blocked = (offeredLoad * blocked) / (members + offeredLoad * blocked);
  }
  return members;
}
