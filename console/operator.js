import { openFleet } from './operator-fleet.js';
import { showAudit, showCampaigns, showHealth, showSweep } from './operator-rounds.js';
import { showPools } from './operator-pools.js';
import { openSession } from './session.js';
import { showTrouble } from './trouble.js';

const LIVE_MS = 10_000;

const byId = (id) => document.getElementById(id);
const fleet = openFleet();

/** What is loaded anew each time; each shows its own trouble, so that one failure hides nothing else. */
const SECTIONS = [
  ['health', showHealth],
  ['pools', showPools],
  ['instances', fleet.refresh],
  ['sweeps', (place) => showSweep(place)],
  ['campaigns', showCampaigns],
  ['audit', showAudit],
];

openSession({
  async enter() {
    // Who may not see the pools is told so at once, before a page full of refusals.
    await showPools(byId('pools'));
    await refreshAll();
    setInterval(() => {
      if (byId('live').checked && !document.hidden) void refreshAll();
    }, LIVE_MS);
  },
});
byId('refresh').addEventListener('click', () => void refreshAll());

async function refreshAll() {
  await Promise.all(SECTIONS.map(([id, show]) => refresh(byId(id), show)));
  byId('refreshed').textContent = `as of ${new Date().toLocaleTimeString()}`;
}

/** Leaves alone what somebody works in: what is replaced under a finger or a cursor is lost. */
async function refresh(place, show) {
  const isInUse =
    place.contains(document.activeElement) || document.querySelector('dialog') !== null;
  if (isInUse) return;
  if (place.childElementCount === 0) place.textContent = 'Loading…';
  try {
    await show(place);
  } catch (failure) {
    showTrouble(place, failure, { isQuiet: true });
  }
}
