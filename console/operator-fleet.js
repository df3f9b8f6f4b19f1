import { ask } from './api.js';
import { make, stateMark, table, timeMark } from './elements.js';
import { STATES } from './events.js';
import { showTrouble } from './trouble.js';

const PAGE = 25;

/** The list of instances with its filter; `refresh(place)` shows the present page anew. */
export function openFleet() {
  const state = document.getElementById('state');
  const tenant = document.getElementById('of-tenant');
  const place = document.getElementById('instances');
  state.append(make('option', { value: '' }, 'all but deleted'));
  state.append(...STATES.map((name) => make('option', { value: name }, name)));
  /** Cursors of the pages up to the present one; the first page has none. */
  let trail = [null];
  let filter = new URLSearchParams();

  document.getElementById('filter').addEventListener('submit', (event) => {
    event.preventDefault();
    filter = new URLSearchParams();
    if (state.value !== '') filter.set('state', state.value);
    if (tenant.value.trim() !== '') filter.set('tenant', tenant.value.trim());
    void turn([null]);
  });

  async function turn(newTrail) {
    trail = newTrail;
    try {
      await refresh();
      // The button that was pressed is gone with the page before.
      place.querySelector('.scroll')?.focus();
    } catch (failure) {
      showTrouble(place, failure);
    }
  }

  async function refresh() {
    const query = new URLSearchParams(filter);
    query.set('limit', PAGE);
    const cursor = trail.at(-1);
    if (cursor !== null) query.set('cursor', cursor);
    const { items, nextCursor } = await ask('GET', `/v1/instances?${query}`);
    const back = () => void turn(trail.slice(0, -1));
    const on = () => void turn([...trail, nextCursor]);
    place.replaceChildren(
      items.length === 0
        ? make('p', { class: 'hint' }, 'There are none like this.')
        : fleetTable(items),
      make(
        'p',
        { class: 'tools' },
        make(
          'button',
          { type: 'button', disabled: trail.length === 1, click: back },
          'Previous page',
        ),
        make('button', { type: 'button', disabled: nextCursor === null, click: on }, 'Next page'),
        make('span', { class: 'hint' }, `Page ${trail.length}`),
      ),
    );
  }

  return { refresh };
}

function fleetTable(items) {
  const rows = items.map((instance) => {
    const { id, tenant, name, state, progress, failure, sizeClass, createdAt } = instance;
    const step = progress === null ? '' : ` ${progress.step} of ${progress.of}`;
    const why = failure === null ? '' : ` ${failure.sentence} (${failure.code})`;
    return [
      make('code', {}, id),
      tenant === null ? '–' : `${tenant} / ${name ?? '–'}`,
      make('span', {}, stateMark(state), `${step}${why}`),
      sizeClass.toUpperCase(),
      timeMark(createdAt),
    ];
  });
  return table('Instances', ['Id', 'Tenant / name', 'State', 'Size', 'Created'], rows);
}
