interface Symptom {
  readonly pattern: RegExp;
  readonly sentence: string;
}

/** What programs say when a person can help; the first that fits wins. */
const SYMPTOMS: readonly Symptom[] = [
  {
    pattern: /no space left on device|ENOSPC/i,
    sentence:
      "the disk is full; free some space (a setup that has to build servers needs about 20 GB, most of it for Go's caches) and run it again",
  },
  {
    pattern: /SECURITY ERROR|checksum mismatch|EINTEGRITY/i,
    sentence:
      'what was downloaded is not what is pinned, so it was not used; ask whoever runs the mirror',
  },
  {
    pattern: /executable file not found|C compiler .* not found|\bgcc: (command )?not found/i,
    sentence: 'there is no C compiler; install one (`apt-get install gcc libc6-dev`)',
  },
  {
    pattern:
      /no such host|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|dial tcp|i\/o timeout|TLS handshake|Temporary failure resolving|Could not resolve/i,
    sentence:
      'the package registry cannot be reached; check the network or the mirror that is configured and run setup again',
  },
  {
    pattern: /EACCES|permission denied/i,
    sentence: 'a file or folder may not be written; set CLAWDEPLOY_CACHE to a folder of your own',
  },
  {
    pattern: /signal: killed|ended by SIGKILL|out of memory|Cannot allocate memory/i,
    sentence: 'it was killed, most likely for want of memory; building needs about 4 GB',
  },
];

/** One sentence on why `doing` failed, from the last lines of the program that did it. */
export function explainFailure(doing: string, lines: readonly string[]): string {
  const text = lines.join('\n');
  const known = SYMPTOMS.find(({ pattern }) => pattern.test(text));
  const reason = known?.sentence ?? lines.at(-1) ?? 'it said nothing';
  return `${capital(doing)} failed: ${reason}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
