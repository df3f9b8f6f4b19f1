import { ask, randomKey } from './api.js';
import { make, stateMark, tell } from './elements.js';
import { openSession } from './session.js';
import { openDetail } from './tenant-instance.js';
import { showTrouble } from './trouble.js';

/** Instances of one page of the list. */
const PAGE = 50;

const byId = (id) => document.getElementById(id);

/** What may be claimed and who asks, once somebody has signed in. */
let offers = null;
/** Rows of the list by the instance's id. */
const rows = new Map();
/** What closes the instance that is shown; null when none is. */
let closeDetail = null;
let shownId = null;
let nextCursor = null;
/** Of the last claim that did not succeed: repeated, it must not claim twice. */
let attempt = { text: '', key: '' };

openSession({
  async enter() {
    offers = await ask('GET', '/v1/offers');
    prepareClaim();
    await loadMore();
  },
});
byId('claim').addEventListener('submit', claim);
byId('more').addEventListener('click', () => void loadMore());

function prepareClaim() {
  byId('tenant-field').hidden = offers.tenant !== null;
  fill(byId('size'), [...new Set(offers.items.map(({ sizeClass }) => sizeClass))]);
  fillRegions();
  byId('size').addEventListener('change', fillRegions);
  byId('list-title').textContent = offers.tenant === null ? 'All gateways' : 'Your gateways';
}

/** A size may be offered in some regions only. */
function fillRegions() {
  const size = byId('size').value;
  fill(
    byId('region'),
    offers.items.filter(({ sizeClass }) => sizeClass === size).map(({ region }) => region),
  );
  const isUsual = [...byId('region').options].some(({ value }) => value === offers.region);
  if (isUsual) byId('region').value = offers.region;
}

function fill(select, names) {
  const title = (name) => SIZE_TITLES[name] ?? name;
  select.replaceChildren(...names.map((name) => make('option', { value: name }, title(name))));
}

/** How a claim was served, as what to expect. */
const CLAIMED = {
  warm: 'a warm one, ready in about a second.',
  queued: 'one that is starting already; it takes some seconds.',
  cold: 'one that has to start first, which takes up to half a minute.',
  replayed: 'it was yours already.',
};

const SIZE_TITLES = { s: 'S, small', m: 'M, medium', l: 'L, large' };

async function loadMore() {
  byId('list-trouble').replaceChildren();
  byId('list-note').textContent = 'Loading…';
  try {
    const from = nextCursor === null ? '' : `&cursor=${encodeURIComponent(nextCursor)}`;
    const page = await ask('GET', `/v1/instances?limit=${PAGE}${from}`);
    ({ nextCursor } = page);
    page.items.forEach(showRow);
  } catch (failure) {
    if (failure.status === 401) throw failure;
    showTrouble(byId('list-trouble'), failure);
  }
  byId('more').hidden = nextCursor === null;
  noteCount();
}

function noteCount() {
  byId('list-note').textContent =
    rows.size > 0 ? '' : 'None yet. Claim one: it is there in about a second if one is warm.';
}

async function claim(event) {
  event.preventDefault();
  const place = byId('claim-trouble');
  place.replaceChildren();
  const body = {
    ...(offers.tenant === null ? { tenant: byId('tenant').value.trim() } : {}),
    ...{
      name: byId('name').value.trim(),
      sizeClass: byId('size').value,
      region: byId('region').value,
    },
  };
  const text = JSON.stringify(body);
  if (attempt.text !== text) attempt = { text, key: randomKey() };
  const button = event.submitter ?? byId('claim').querySelector('button');
  button.disabled = true;
  tell('Claiming…');
  try {
    const idempotencyKey = attempt.key;
    const claimed = await ask('POST', '/v1/instances', { body, idempotencyKey });
    attempt = { text: '', key: '' };
    tell(`Claimed: ${CLAIMED[claimed.claim.outcome] ?? 'it is on its way.'}`);
    showRow(claimed);
    noteCount();
    select(claimed);
  } catch (failure) {
    tell('');
    showTrouble(place, failure);
  } finally {
    button.disabled = false;
  }
}

/** Adds the instance's row, or brings it up to date; one that is gone loses it. */
function showRow(instance) {
  const { id, name, tenant, state } = instance;
  if (state === 'deleted') {
    rows.get(id)?.element.remove();
    rows.delete(id);
    noteCount();
    return;
  }
  const row = rows.get(id) ?? newRow(id);
  row.instance = instance;
  const who = tenant === null ? id : offers.tenant === null ? `${tenant} / ${name}` : name;
  row.button.replaceChildren(make('span', { class: 'what' }, who), stateMark(state));
}

function newRow(id) {
  const button = make('button', { type: 'button', click: () => select(rows.get(id).instance) });
  const element = make('li', {}, button);
  const row = { button, element, instance: null };
  rows.set(id, row);
  byId('list').append(element);
  return row;
}

function select(instance) {
  closeDetail?.();
  markShown(instance.id);
  closeDetail = openDetail(byId('detail'), instance, {
    keyOffers: offers.keys,
    onChange(changed, oldId) {
      // Its owner was moved to another gateway: the old one is nobody's any more.
      if (changed.id !== oldId) showRow({ ...changed, id: oldId, state: 'deleted' });
      showRow(changed);
      markShown(changed.id);
    },
    onGone() {
      closeDetail?.();
      closeDetail = null;
      markShown(null);
      byId('detail').hidden = true;
      byId('list-title').focus();
    },
  });
}

function markShown(id) {
  rows.get(shownId)?.button.removeAttribute('aria-current');
  rows.get(id)?.button.setAttribute('aria-current', 'true');
  shownId = id;
}
