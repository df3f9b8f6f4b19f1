import { ask } from './api.js';
import { confirmed, make, stateMark, table, tell, timeMark } from './elements.js';
import { showTrouble } from './trouble.js';

const CHANGE_WAIT_S = 10;
const ROTATION_WAIT_S = 30;
/** A rotation ends within two minutes; then it is looked at by whoever reloads. */
const ROTATION_LOOKS = 5;
const OVER = ['verified', 'reverted', 'unconfirmed'];
const ROTATIONS_SHOWN = 5;

/** Shows an instance's keys with what can be done to them; `render(instance)` brings it up to date. */
export function openKeys(place, { keyOffers, signal, onInstance, idOf }) {
  const list = make('div');
  const trouble = make('div');
  const rotations = make('div');
  const form = keyForm(keyOffers);
  place.replaceChildren(make('h3', {}, 'Keys'), list, form.element, trouble, rotations);
  let names = [];

  form.element.addEventListener('submit', (event) => {
    event.preventDefault();
    const { name, value, isProof } = form.take();
    if (value === '') {
      showTrouble(trouble, new Error('Paste the key first.'));
      return;
    }
    const work = isProof && names.includes(name) ? exchange : set;
    void run(() => work(name, value));
  });
  form.name.addEventListener('change', () => offerProof());

  async function run(work) {
    trouble.replaceChildren();
    form.button.disabled = true;
    try {
      await work();
    } catch (failure) {
      if (signal.aborted) return;
      tell('');
      showTrouble(trouble, failure);
    } finally {
      form.button.disabled = false;
    }
  }

  async function set(name, value) {
    tell(`Setting ${name}…`);
    const options = { body: { value }, waitS: CHANGE_WAIT_S, signal };
    const instance = await ask('PUT', `${path()}/keys/${encodeURIComponent(name)}`, options);
    onInstance(instance);
    tell(liveSentence(instance, name));
  }

  async function remove(name) {
    const isSure = await confirmed({
      title: `Delete the key ${name}?`,
      text: 'The gateway stops using it within a second or so. At the provider it stays valid.',
      yes: 'Delete the key',
      no: 'Keep it',
    });
    if (!isSure) return;
    const options = { waitS: CHANGE_WAIT_S, signal };
    onInstance(await ask('DELETE', `${path()}/keys/${encodeURIComponent(name)}`, options));
    tell(`${name} is deleted.`);
    form.name.focus();
  }

  async function exchange(name, value) {
    tell(`Proving the new key for ${name} by a live call…`);
    const body = { keys: [{ name, value }] };
    let rotation = await ask('POST', `${path()}/rotations`, {
      body,
      waitS: ROTATION_WAIT_S,
      signal,
    });
    for (let looks = 0; looks < ROTATION_LOOKS && !OVER.includes(rotation.state); looks += 1) {
      await showRotations();
      const options = { waitS: ROTATION_WAIT_S, signal };
      rotation = await ask('GET', `${path()}/rotations/${rotation.id}`, options);
    }
    await showRotations();
    onInstance(await ask('GET', path(), { signal }));
    tell(outcomeOf(rotation, name));
  }

  async function showRotations() {
    const { items } = await ask('GET', `${path()}/rotations`, { signal });
    rotations.replaceChildren(...(items.length === 0 ? [] : [rotationTable(items)]));
  }

  function path() {
    return `/v1/instances/${idOf()}`;
  }

  function offerProof() {
    const offer = keyOffers.find(({ name }) => name === form.name.value);
    form.proof.hidden = !(names.includes(form.name.value) && offer?.isProvable === true);
    form.button.textContent = names.includes(form.name.value) ? 'Replace the key' : 'Set the key';
  }

  void showRotations().catch((failure) => {
    if (!signal.aborted) showTrouble(trouble, failure);
  });

  return {
    render({ keys, state }) {
      names = keys.map(({ name }) => name);
      form.element.hidden = ['trashed', 'deleting', 'failed'].includes(state);
      const onRemove = (name) => void run(() => remove(name));
      list.replaceChildren(keys.length === 0 ? noKeys() : keyTable(keys, onRemove));
      offerProof();
    },
  };
}

function noKeys() {
  return make(
    'p',
    { class: 'hint' },
    'No key yet: without one the gateway answers nothing. Set one below.',
  );
}

function keyTable(keys, onRemove) {
  const rows = keys.map(({ name, state, owner, setAt, lastProvenAt, renewalDueAt }) => [
    make('span', {}, make('code', {}, name), owner === 'platform' ? ' (the platform’s)' : ''),
    make(
      'span',
      {},
      stateMark(state),
      renewalDueAt === null ? '' : make('strong', {}, ' Please renew'),
    ),
    timeMark(setAt),
    timeMark(lastProvenAt),
    make(
      'button',
      { type: 'button', 'aria-label': `Delete the key ${name}`, click: () => onRemove(name) },
      'Delete',
    ),
  ]);
  return table('Keys of this gateway', ['Name', 'State', 'Set', 'Proven', 'Delete'], rows);
}

function rotationTable(items) {
  const rows = items
    .slice(0, ROTATIONS_SHOWN)
    .map((rotation) => [
      rotation.names.join(', '),
      make(
        'span',
        {},
        stateMark(rotation.state),
        rotation.failure === null ? '' : ` ${rotation.failure.sentence}`,
      ),
      timeMark(rotation.requestedAt),
      timeMark(rotation.provenAt),
    ]);
  return table(
    'Exchanges with a receipt, newest first',
    ['Keys', 'State', 'Asked for', 'Proven'],
    rows,
  );
}

/** Values are taken out of the field before anything is done with them. */
function keyForm(keyOffers) {
  const name = make(
    'select',
    { id: 'key-name' },
    ...keyOffers.map((offer) => make('option', { value: offer.name }, offer.title)),
  );
  const value = make('input', {
    id: 'key-value',
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const check = make('input', { id: 'key-proof', type: 'checkbox', checked: true });
  const proof = make(
    'p',
    { hidden: true },
    make(
      'label',
      {},
      check,
      ' Prove the new one first by a live call, and keep the old one if it fails',
    ),
  );
  const button = make('button', { type: 'submit' }, 'Set the key');
  const element = make(
    'form',
    { novalidate: true, class: 'key-form' },
    make(
      'div',
      { class: 'pair' },
      make('div', { class: 'field' }, make('label', { for: 'key-name' }, 'Key for'), name),
      make('div', { class: 'field' }, make('label', { for: 'key-value' }, 'Its value'), value),
    ),
    make(
      'p',
      { class: 'hint' },
      'Goes to Vault and never comes back; the gateway is not restarted.',
    ),
    proof,
    button,
  );
  const take = () => {
    const taken = { name: name.value, value: value.value.trim(), isProof: check.checked };
    value.value = '';
    return taken;
  };
  return { element, name, proof, button, take };
}

function liveSentence({ keys }, name) {
  const isLive = keys.some((key) => key.name === name && key.state === 'live');
  return isLive
    ? `${name} is set, and the gateway uses it.`
    : `${name} is set; the gateway follows in about a second.`;
}

function outcomeOf({ state, failure }, name) {
  if (state === 'verified')
    return `${name} is exchanged: the new key answered, the old one is destroyed here.`;
  if (state === 'reverted')
    return `${name} stays as it was: ${failure?.sentence ?? 'the new key was not proven.'}`;
  if (state === 'unconfirmed')
    return `${name}: the new key is proven; do not revoke the old one yet.`;
  return `The exchange of ${name} is still under way; reload the page to see how it ends.`;
}
