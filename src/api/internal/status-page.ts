/** What a person sees whose request reaches no gateway. */
export interface StatusPage {
  readonly status: number;
  readonly retryAfterS: number | null;
  readonly html: string;
}

const PAGES = {
  unknown: {
    status: 404,
    retryAfterS: null,
    title: 'Nobody lives here',
    text: 'There is no instance of this name. Check the address you were given.',
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
} as const;

/** The page for `reason`, plain and complete in itself. */
export function statusPage(reason: keyof typeof PAGES): StatusPage {
  const { status, retryAfterS, title, text } = PAGES[reason];
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
body { font: 18px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto; padding: 0 1rem }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } }
</style>
</head>
<body><main><h1>${title}</h1><p>${text}</p></main></body>
</html>
`;
  return { status, retryAfterS, html };
}
