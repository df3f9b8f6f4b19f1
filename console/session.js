import { make } from './elements.js';
import { showTrouble } from './trouble.js';

/** Gone with the tab. Never in an address, a cookie or anything that outlives the tab. */
const NAME = 'clawdeploy.credential';
/** What a header can carry; anything else was copied wrongly. */
const CREDENTIAL = /^[\x21-\x7e]{10,8000}$/;

/** The token or API key that this tab was given; null before that and after signing out. */
export function credential() {
  return sessionStorage.getItem(NAME);
}

/**
 * Shows the sign-in until there is a credential that `enter` succeeds with; `enter` loads the page
 * and fails with what the API says. Signing out leaves nothing: the page is loaded anew.
 */
export function openSession({ enter }) {
  const section = document.getElementById('sign-in');
  const signOut = document.getElementById('sign-out');
  const app = document.getElementById('app');
  const form = signInForm(async (given, trouble) => {
    if (!CREDENTIAL.test(given)) {
      showTrouble(trouble, new Error('That is no token or API key. Copy the whole of it, once.'));
      return;
    }
    sessionStorage.setItem(NAME, given);
    await tryEntering(trouble);
  });
  section.append(form.element);
  signOut.addEventListener('click', () => {
    sessionStorage.removeItem(NAME);
    location.reload();
  });
  // Thrown out later, by whichever call: the credential expired or was revoked.
  document.addEventListener('unauthenticated', () => {
    sessionStorage.removeItem(NAME);
  });

  async function tryEntering(trouble) {
    try {
      await enter();
      section.hidden = true;
      app.hidden = false;
      signOut.hidden = false;
      document.getElementById('main').focus();
    } catch (failure) {
      // A refused one was forgotten already; any other trouble passes, and a reload tries it again.
      section.hidden = false;
      signOut.hidden = credential() === null;
      showTrouble(trouble, failure);
    }
  }

  if (credential() === null) section.hidden = false;
  else void tryEntering(form.trouble);
}

function signInForm(onGiven) {
  const input = make('input', {
    ...{ id: 'credential', type: 'password', autocomplete: 'off', spellcheck: 'false' },
    'aria-describedby': 'credential-hint',
  });
  const trouble = make('div');
  const button = make('button', { class: 'main', type: 'submit' }, 'Sign in');
  const element = make(
    'form',
    { novalidate: true, class: 'sign-in' },
    make('h2', {}, 'Sign in'),
    make('label', { for: 'credential' }, 'Access token or API key'),
    input,
    make(
      'p',
      { id: 'credential-hint', class: 'hint' },
      'Kept in this tab alone, until you sign out or close it.',
    ),
    trouble,
    button,
    howToGetOne(),
  );
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    const given = input.value.trim();
    input.value = '';
    trouble.replaceChildren();
    button.disabled = true;
    await onGiven(given, trouble);
    button.disabled = false;
  });
  return { element, trouble };
}

function howToGetOne() {
  return make(
    'details',
    {},
    make('summary', {}, 'Where do I get one?'),
    make(
      'p',
      {},
      'In production: a token from your own issuer, or an API key that an operator made with',
    ),
    make('pre', {}, 'clawdeploy api-keys create "shop backend" --role product'),
    make('p', {}, 'In development, after make up: a token that speaks for one tenant,'),
    make('pre', {}, 'clawdeploy token --tenant ada'),
    make('p', {}, 'or the operator’s, which make up has written to a file:'),
    make('pre', {}, 'cat .clawdeploy/secrets/operator.token'),
  );
}
