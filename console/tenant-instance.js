import { ask } from './api.js';
import { confirmed, facts, make, stateMark, tell, timeMark } from './elements.js';
import { hasSettled, watchInstance } from './events.js';
import { openKeys } from './tenant-keys.js';
import { showTrouble } from './trouble.js';

/** A link lets in whoever has it, so that it is not left on a screen for longer than this. */
const LINK_SHOWN_MS = 60_000;
const DELETE_WAIT_S = 10;
/** States that a sentence has other words for. */
const IN_WORDS = { trashed: 'in the trash', resuming: 'on its way back' };

/**
 * Shows one instance in `place` and follows it while something happens to it; returns what closes
 * it. `onChange(instance, oldId)` is told what changed, `onGone` that it is deleted.
 */
export function openDetail(place, first, { keyOffers, onChange, onGone }) {
  const closing = new AbortController();
  const { signal } = closing;
  let instance = first;
  let isWatched = false;
  const parts = partsOf(instance);
  const keys = openKeys(parts.keys, {
    keyOffers,
    signal,
    onInstance: take,
    idOf: () => instance.id,
  });
  parts.open.addEventListener('click', () => void showLink(parts, instance.id, signal));
  parts.remove.addEventListener('click', () => void remove());
  parts.restart.addEventListener('click', () => void act(parts.restart, 'POST', '/restart'));
  parts.restore.addEventListener('click', () => void act(parts.restore, 'POST', '/restore'));
  place.replaceChildren(...parts.all);
  place.hidden = false;
  render();
  parts.title.focus();
  follow();

  function take(changed) {
    if (signal.aborted) return;
    const { id: oldId, state: oldState } = instance;
    instance = changed;
    onChange(changed, oldId);
    if (changed.state === 'deleted') {
      tell(`${titleOf(changed)} is deleted, with its data and keys.`);
      onGone();
      return;
    }
    render();
    if (changed.state !== oldState) {
      tell(`${titleOf(changed)} is ${IN_WORDS[changed.state] ?? changed.state}.`);
    }
    follow();
  }

  function render() {
    renderFacts(parts, instance);
    keys.render(instance);
  }

  function follow() {
    if (isWatched || hasSettled(instance)) return;
    isWatched = true;
    const onLost = () => (parts.step.textContent = 'The connection was lost; trying again…');
    watchInstance(instance.id, { signal, onInstance: take, onLost })
      .catch((failure) => showTrouble(parts.trouble, failure))
      .finally(() => (isWatched = false));
  }

  async function remove() {
    if (!(await confirmed(questionOf(instance))) || signal.aborted) return;
    await act(parts.remove, 'DELETE', instance.state === 'trashed' ? '?grace=0' : '');
  }

  async function act(button, method, how) {
    parts.trouble.replaceChildren();
    button.disabled = true;
    const waitS = method === 'DELETE' ? DELETE_WAIT_S : undefined;
    try {
      take(await ask(method, `/v1/instances/${instance.id}${how}`, { waitS, signal }));
    } catch (failure) {
      if (!signal.aborted) showTrouble(parts.trouble, failure);
    } finally {
      button.disabled = false;
    }
  }

  return () => closing.abort();
}

function titleOf({ id, name, tenant }) {
  return tenant === null ? id : `${tenant} / ${name}`;
}

/** What is in the trash already is gone for ever; anything else may be kept there for a while. */
function questionOf(instance) {
  const isTrashed = instance.state === 'trashed';
  return {
    title: `${isTrashed ? 'Destroy' : 'Delete'} ${titleOf(instance)}?`,
    text: isTrashed
      ? 'Its data and its keys are destroyed now, and nobody can bring them back.'
      : 'It is out of reach at once. Its data and its keys are destroyed: at once, unless deletions can be undone here for a while.',
    yes: isTrashed ? 'Destroy it for ever' : 'Delete it',
    no: 'Keep it',
  };
}

function partsOf(instance) {
  const title = make('h2', { id: 'detail-title', tabindex: '-1' }, titleOf(instance));
  const state = make('p', {});
  const bar = make('progress', { 'aria-label': 'On its way to ready' });
  const step = make('p', { class: 'hint' });
  const progress = make('div', { class: 'progress' }, bar, step);
  const failure = make('div');
  const trouble = make('div');
  const open = make('button', { class: 'main', type: 'button' }, 'Get the chat link');
  const link = make('p', { class: 'link' });
  const known = make('div');
  const keys = make('div');
  const trash = make('p', {});
  const restore = make('button', { class: 'main', type: 'button' }, 'Restore it');
  const restart = make('button', { type: 'button' }, 'Restart the gateway');
  const remove = make('button', { class: 'danger', type: 'button' });
  const all = [title, state, progress, failure, trouble, trash, make('p', {}, open, restore)];
  all.push(link, known, keys, make('p', { class: 'end tools' }, restart, remove));
  return {
    title,
    state,
    progress,
    bar,
    step,
    failure,
    trouble,
    open,
    link,
    known,
    keys,
    trash,
    restore,
    restart,
    remove,
    all,
  };
}

function renderFacts(parts, instance) {
  const { state, progress, failure } = instance;
  parts.state.replaceChildren(stateMark(state));
  parts.progress.hidden = progress === null;
  if (progress !== null) {
    parts.bar.max = progress.of;
    parts.bar.value = progress.step;
    parts.step.textContent = `Step ${progress.step} of ${progress.of}: ${progress.what}`;
  }
  parts.failure.replaceChildren();
  if (failure !== null) {
    const advice = 'Delete it and claim another one; its operator can see what happened.';
    const texts = [failure.sentence, advice].map((text) => make('p', {}, text));
    const code = make('p', { class: 'reference' }, failure.code);
    parts.failure.append(make('div', { class: 'trouble' }, ...texts, code));
  }
  parts.open.hidden = state !== 'ready';
  if (state !== 'ready') parts.link.replaceChildren();
  parts.restart.hidden = state !== 'ready';
  parts.remove.hidden = state === 'deleting';
  renderTrash(parts, instance);
  parts.known.replaceChildren(
    facts([
      ['Address', make('code', {}, instance.url)],
      ['Id', make('code', {}, instance.id)],
      ['Size', instance.sizeClass.toUpperCase()],
      ['OpenClaw', instance.openclawVersion],
      ['Claimed', timeMark(instance.createdAt)],
      ['Ready', timeMark(instance.readyAt)],
    ]),
  );
}

function renderTrash({ trash, restore, remove }, { state, destroyAt }) {
  const isTrashed = state === 'trashed';
  trash.hidden = !isTrashed;
  restore.hidden = !isTrashed;
  remove.textContent = isTrashed ? 'Destroy it now' : 'Delete this gateway';
  if (!isTrashed) return;
  const until = make('strong', {}, timeMark(destroyAt));
  trash.replaceChildren('It is destroyed at ', until, '. Until then you can have it back.');
}

/** The token stands behind `#`, which browsers send to nobody; the link is gone after a minute. */
async function showLink(parts, id, signal) {
  parts.trouble.replaceChildren();
  parts.open.disabled = true;
  try {
    const { url, token } = await ask('GET', `/v1/instances/${id}/access`, { signal });
    const href = `${url}#token=${encodeURIComponent(token)}`;
    const attributes = { href, target: '_blank', rel: 'noopener noreferrer', class: 'button' };
    const link = make('a', attributes, 'Open the gateway');
    const hint = 'It lets in whoever has it, and is gone from here in a minute.';
    parts.link.replaceChildren(link, make('span', { class: 'hint' }, hint));
    link.focus();
    const forget = () => link.isConnected && parts.link.replaceChildren();
    const timer = setTimeout(forget, LINK_SHOWN_MS);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  } catch (failure) {
    if (!signal.aborted) showTrouble(parts.trouble, failure);
  } finally {
    parts.open.disabled = false;
  }
}
