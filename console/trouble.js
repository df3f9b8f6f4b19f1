import { make } from './elements.js';

const OTHER_INSTANCE = 'Choose another name, or use the gateway that has it.';

/** What people can do next where the API's own sentence leaves that open, by fault code. */
const NEXT = {
  unauthenticated: 'Sign out, and sign in with one that is valid.',
  forbidden: 'Sign in with a token or key that may do this, or ask your operator.',
  name_taken: OTHER_INSTANCE,
  instance_unknown: 'It may have been deleted. Reload the page to see what there is.',
  instance_not_ready: 'Wait until its state is ready.',
  key_refused: 'Check at the provider that the key is active, then paste it again.',
  rotation_in_progress: 'Wait until the exchange that is under way is over.',
  write_superseded: 'Somebody else changed the keys at the same time. Look, then try again.',
  internal: 'Tell your operator, with the request’s number.',
};

/** What to do about a failure, as a sentence; pure. */
export function nextStepOf({ status = null, code = null, retryAfterS = null }) {
  if (retryAfterS !== null) return `Try again in ${inWords(retryAfterS)}.`;
  if (code !== null && code in NEXT) return NEXT[code];
  if (status === 0) return 'Check that it runs and that you are connected, then try again.';
  if (status !== null && status >= 500)
    return 'Try again in a moment; if it stays, tell your operator.';
  return null;
}

/**
 * Shows a failure in `place`: what happened, what to do, and what to tell whoever helps. It gets the
 * focus, unless it is quiet because nobody asked for what failed.
 */
export function showTrouble(place, failure, { isQuiet = false } = {}) {
  const { fields = [], code = null, requestId = null } = failure;
  const wrong = fields.map(({ pointer, detail }) =>
    make('li', {}, pointer === '' ? detail : `${pointer.replace(/^\//, '')}: ${detail}`),
  );
  const next = nextStepOf(failure);
  const reference = [code, requestId].filter((part) => part !== null && part !== undefined);
  const box = make(
    'div',
    { class: 'trouble', role: isQuiet ? 'group' : 'alert', tabindex: '-1' },
    make('p', {}, failure.message),
    ...(wrong.length > 0 ? [make('ul', {}, ...wrong)] : []),
    ...(next === null ? [] : [make('p', {}, next)]),
    ...(reference.length > 0 ? [make('p', { class: 'reference' }, reference.join(' · '))] : []),
  );
  place.replaceChildren(box);
  if (!isQuiet) box.focus();
}

function inWords(seconds) {
  if (seconds < 1) return 'a second';
  return seconds < 90 ? `${Math.ceil(seconds)} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
