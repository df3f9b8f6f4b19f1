/**
 * When a changed setting takes effect. `hot`: within a second, nobody is disconnected. `next_use`: it is
 * read when it is needed next. `restart`: the gateway starts again by itself, which takes 10–25 s and
 * ends its connections.
 */
export type ChangeEffect = 'hot' | 'next_use' | 'restart';

/** OpenClaw 2026.9.6's own table, as far as tenants can reach: the longest prefix that fits counts. */
const RULES: readonly (readonly [prefix: string, effect: ChangeEffect])[] = [
  ['agents', 'next_use'],
  ['agents.defaults', 'hot'],
  ['agents.entries', 'hot'],
  ['approvals.exec', 'hot'],
  ['approvals.plugin', 'hot'],
  ['attachments.ttlHours', 'hot'],
  ['bindings', 'next_use'],
  ['broadcast', 'hot'],
  ['channels', 'hot'],
  ['mcp', 'hot'],
  ['mcp.apps', 'restart'],
  ['mcp.apps.sandboxOrigin', 'hot'],
  ['memory.citations', 'hot'],
  ['messages', 'next_use'],
  ['models', 'hot'],
  ['session', 'next_use'],
  ['skills', 'next_use'],
  ['skills.workshop.autonomous.mode', 'hot'],
  ['talk', 'next_use'],
  ['talk.provider', 'hot'],
  ['talk.realtime.provider', 'hot'],
  ['tools', 'hot'],
  ['ui', 'next_use'],
];

/** What a change of the setting at `path` means to a running gateway; the unknown restarts it. */
export function effectOf(path: readonly string[]): ChangeEffect {
  const dotted = `${path.join('.')}.`;
  const fitting = RULES.filter(([prefix]) => dotted.startsWith(`${prefix}.`));
  const [best] = fitting.sort(([one], [other]) => other.length - one.length);
  return best?.[1] ?? 'restart';
}
