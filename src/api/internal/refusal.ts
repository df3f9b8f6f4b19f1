/** What somebody is told whose request reaches no gateway. */
export interface Refusal {
  readonly status: number;
  readonly retryAfterS: number | null;
  readonly title: string;
  readonly text: string;
}

const REFUSALS = {
  unknown: {
    status: 404,
    retryAfterS: null,
    title: 'Nobody lives here',
    text: 'There is no instance of this name. Check the address you were given.',
  },
  starting: {
    status: 503,
    retryAfterS: 3,
    title: 'Your gateway is starting',
    text: 'It is yours already and answers in less than a minute. This page looks again by itself.',
  },
  stopped: {
    status: 503,
    retryAfterS: null,
    title: 'This instance is stopped',
    text: 'Its owner has stopped it. It answers again once it is started.',
  },
  failed: {
    status: 503,
    retryAfterS: 5,
    title: 'Not right now',
    text: 'The way to this instance cannot be looked up at the moment. Try again shortly.',
  },
} as const satisfies Record<string, Refusal>;

/** What is told for `reason`. */
export function refusalFor(reason: keyof typeof REFUSALS): Refusal {
  return REFUSALS[reason];
}

/** For programs: a problem document (RFC 9457). It is the edge's, so it has no code of the API. */
export function problemTextOf({ status, title, text }: Refusal): string {
  return JSON.stringify({ type: 'about:blank', title, status, detail: text });
}

/** For people: a page that is plain and complete in itself; it looks again where that helps. */
export function pageOf({ title, text, retryAfterS }: Refusal): string {
  const refresh =
    retryAfterS === null ? '' : `<meta http-equiv="refresh" content="${retryAfterS}">\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}<title>${title}</title>
<style>
body { font: 18px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto; padding: 0 1rem }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } }
</style>
</head>
<body><main><h1>${title}</h1><p>${text}</p></main></body>
</html>
`;
}
