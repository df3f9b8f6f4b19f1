const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const open = new Set<() => Promise<void>>();
let isListening = false;

/**
 * Has `stop` called when the runner is told to end before it got to it itself: by Ctrl-C, a closed
 * terminal, or a limit on its time. Returns what stops and forgets; called again it does nothing.
 */
export function stopsAtEnd(stop: () => Promise<void>): () => Promise<void> {
  listen();
  const once = async (): Promise<void> => {
    if (open.delete(once)) await stop();
  };
  open.add(once);
  return once;
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      const stopping = [...open].reverse().map((stop) => stop());
      void Promise.allSettled(stopping).then(() => process.exit(code));
    });
  }
}
