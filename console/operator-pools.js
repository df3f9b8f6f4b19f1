import { ask } from './api.js';
import { confirmed, facts, make, stateMark, table, tell, timeMark } from './elements.js';
import { drawPlot, percent, shareOf } from './plot.js';
import { showTrouble } from './trouble.js';

/** What keeps a pool short, and what an operator does about it. */
const HOLDS = {
  paused: 'Paused: it starts nothing; what it has is still given away. Resume it below.',
  breaker_open:
    'Too many starts failed in a row. It tries one by itself from time to time; look at the failed instances below.',
  breaker_final: 'The gateway refuses its configuration. Mend it, then close the breaker below.',
  no_place: 'The scheduler has no place for another one. Add a node, or delete what is not needed.',
  members_max:
    'It has as many instances as it may. Raise its limit, or wait until some are deleted.',
  starts_in_flight: 'As many starts are under way as the nodes can bear; it goes on by itself.',
  starts_paced: 'Starts are spread over time; it goes on by itself.',
};

/** Pools whose figures are unfolded, which a refresh must not fold again. */
const unfolded = new Set();

const BREAKER_HOLDS = ['breaker_open', 'breaker_final'];

/** Shows all pools in `place`. */
export async function showPools(place) {
  const { items } = await ask('GET', '/v1/pools');
  const none =
    'There are no pools yet: a controller makes them when it starts. Check its log if this stays.';
  place.replaceChildren(
    ...(items.length === 0
      ? [make('p', { class: 'hint' }, none)]
      : items.map((pool) => poolCard(pool))),
  );
}

function poolCard(pool) {
  const { id, supersededBy } = pool;
  const trouble = make('div');
  return make(
    'article',
    { class: 'card', 'aria-label': `Pool ${id}` },
    make('h3', {}, id),
    ...(supersededBy === null
      ? []
      : [make('p', { class: 'hint' }, `Superseded by ${supersededBy}, which serves new claims.`)]),
    holdNote(pool),
    make('div', { class: 'halves' }, figuresOf(pool), stockOutOf(pool)),
    trouble,
    make('p', { class: 'tools' }, ...actionsOf(pool, trouble)),
  );
}

function holdNote({ hold, holdReason, counts, idleTarget }) {
  if (hold === null)
    return make('p', {}, stateMark((counts.idle ?? 0) >= idleTarget ? 'full' : 'filling'));
  const reason = holdReason === null ? '' : ` It says: ${holdReason}.`;
  return make('p', {}, stateMark(hold), ` ${HOLDS[hold] ?? ''}${reason}`);
}

function figuresOf({ counts, waiting, stockOut, ...pool }) {
  const count = (state) => counts[state] ?? 0;
  const { offeredLoad, refillMs } = stockOut;
  const refill = refillMs === null ? 'not measured yet' : `${(refillMs / 1000).toFixed(1)} s`;
  return facts([
    ['Idle, of wanted', make('strong', {}, `${count('idle')} of ${pool.idleTarget}`)],
    ['Coming', `${count('creating') + count('warming')}`],
    ['In use', `${count('binding') + count('ready') + count('stopped')}`],
    ['Failed', `${count('failed')}`],
    ['Claims that wait', `${waiting}`],
    ['Demand', `${offeredLoad.toFixed(2)} claims per refill`],
    ['A refill takes', refill],
    ['Bounds', `${pool.idleFloor} to ${pool.idleCeiling} idle, ${pool.membersMax} in all`],
  ]);
}

function stockOutOf({ id, stockOut }) {
  const { predicted, observed } = stockOut;
  const sum = observed.reduce((all, piece) => ({
    warm: all.warm + piece.warm,
    waited: all.waited + piece.waited,
    refused: all.refused + piece.refused,
  }));
  const share = shareOf(sum);
  const short = sum.waited + sum.refused;
  const asked = sum.warm + short;
  const seen = share === null ? 'no claims' : `${short} of ${asked} claims (${percent(share)})`;
  const summary = `Found none idle: predicted ${percent(predicted)}, in the last hour ${seen}.`;
  const rows = observed
    .filter((piece) => shareOf(piece) !== null)
    .map((piece) => [
      timeMark(piece.from),
      piece.warm,
      piece.waited,
      piece.refused,
      percent(shareOf(piece)),
    ]);
  const head = ['From', 'Served at once', 'Waited', 'Refused', 'Found none idle'];
  return make(
    'div',
    { class: 'stock-out' },
    make('p', {}, summary),
    drawPlot(stockOut, `Plot. ${summary}`),
    make(
      'p',
      { class: 'legend' },
      ...['waited', 'refused', 'predicted'].map((kind) => make('span', { class: kind }, kind)),
    ),
    make(
      'details',
      { open: unfolded.has(id), toggle: (event) => note(id, event.target.open) },
      make('summary', {}, 'The same as figures'),
      rows.length === 0
        ? make('p', { class: 'hint' }, 'Nobody claimed in the last hour.')
        : table(`Claims of the last hour, ${id}`, head, rows),
    ),
  );
}

function note(id, isOpen) {
  if (isOpen) unfolded.add(id);
  else unfolded.delete(id);
}

function actionsOf(pool, trouble) {
  const { id, hold } = pool;
  const button = (words, body, question) =>
    make(
      'button',
      { type: 'button', click: () => void change(pool, trouble, { body, question, words }) },
      words,
      hidden(` ${id}`),
    );
  const pause = {
    title: `Pause ${id}?`,
    text: 'It starts no more gateways. When what it has is claimed, further claims are refused.',
    yes: 'Pause it',
    no: 'Leave it running',
  };
  return [
    hold === 'paused'
      ? button('Resume', { isPaused: false }, null)
      : button('Pause', { isPaused: true }, pause),
    ...(BREAKER_HOLDS.includes(hold)
      ? [button('Close the breaker', { isBreakerOpen: false }, null)]
      : []),
  ];
}

async function change({ id }, trouble, { body, question, words }) {
  if (question !== null && !(await confirmed(question))) return;
  try {
    await ask('PATCH', `/v1/pools/${encodeURIComponent(id)}`, { body });
    tell(`${words}: done for ${id}.`);
    const place = document.getElementById('pools');
    await showPools(place);
    place.querySelector(`[aria-label="Pool ${CSS.escape(id)}"] .tools button`)?.focus();
  } catch (failure) {
    showTrouble(trouble, failure);
  }
}

/** Words for screen readers, which jump from button to button. */
function hidden(words) {
  return make('span', { class: 'unseen' }, words);
}
