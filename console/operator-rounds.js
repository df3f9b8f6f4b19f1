import { ask } from './api.js';
import { confirmed, facts, make, stateMark, table, tell, timeMark } from './elements.js';
import { showTrouble } from './trouble.js';

const AUDIT_SHOWN = 20;

/** What this process of the API depends on, as probes are told. */
export async function showHealth(place) {
  // Nothing of a caller's is asked for or sent here, so there is no credential; 503 is an answer.
  const reply = await fetch('/readyz', { credentials: 'omit', cache: 'no-store' });
  const { status, checks } = await reply.json();
  const marks = Object.entries(checks).map(([name, said]) => [
    name,
    said === 'ok' ? stateMark('ok') : make('span', {}, stateMark('trouble'), ` ${said}`),
  ]);
  place.replaceChildren(
    make(
      'p',
      {},
      stateMark(status),
      status === 'ready' ? '' : ' This process refuses work until what it needs is back.',
    ),
    facts(marks),
  );
}

/** What the sweeper last found and did; `asked` instead, if somebody has just asked for one. */
export async function showSweep(place, asked = null) {
  const trouble = make('div');
  const start = (words, isDryRun) =>
    make(
      'button',
      { type: 'button', click: () => void requestSweep(place, trouble, isDryRun) },
      words,
    );
  place.replaceChildren(
    asked === null ? await latestSweep() : sweepFacts(asked),
    trouble,
    make('p', { class: 'tools' }, start('Look only', true), start('Sweep now', false)),
  );
}

async function latestSweep() {
  try {
    return sweepFacts(await ask('GET', '/v1/sweeps/latest'));
  } catch (failure) {
    if (failure.code !== 'sweep_unknown') throw failure;
    return make('p', { class: 'hint' }, 'None yet: a controller makes one each half minute.');
  }
}

function sweepFacts({ state, isDryRun, requestedAt, report }) {
  if (report === null) {
    return make(
      'p',
      {},
      stateMark(state),
      ' Asked for ',
      timeMark(requestedAt),
      '; a controller takes it up within seconds.',
    );
  }
  const found = Object.entries(report.counts).filter(([, count]) => count > 0);
  const { seen, acted, deferred, waiting, suspicion } = report;
  return facts([
    ['When', timeMark(report.at)],
    ['Kind', isDryRun ? 'only looked' : 'swept'],
    [
      'Seen',
      `${seen.rows} rows, ${seen.jobs} jobs, ${seen.variables} variables, ${seen.secrets} secrets`,
    ],
    [
      'Differences',
      found.length === 0
        ? 'none'
        : found.map(([kind, count]) => `${count} ${kind.replaceAll('_', ' ')}`).join(', '),
    ],
    ['Acted on', `${acted.length}, ${waiting} in their grace time, ${deferred} left for the next`],
    ...(suspicion === null
      ? []
      : [
          [
            'Nothing done',
            `${suspicion.found} of ${suspicion.of} seem lost (${suspicion.kind.replaceAll('_', ' ')}): look before you sweep`,
          ],
        ]),
  ]);
}

async function requestSweep(place, trouble, isDryRun) {
  const question = {
    title: 'Sweep now?',
    text: 'What is proven ours and belongs to no row is stopped and deleted, up to the limit of one sweep.',
    yes: 'Sweep',
    no: 'Not now',
  };
  if (!isDryRun && !(await confirmed(question))) return;
  try {
    const sweep = await ask('POST', '/v1/sweeps', { body: { isDryRun } });
    tell(`Sweep ${sweep.id} is asked for.`);
    await showSweep(place, sweep);
    place.querySelector('button')?.focus();
  } catch (failure) {
    showTrouble(trouble, failure);
  }
}

/** Key campaigns with what can be done to those that go on. */
export async function showCampaigns(place) {
  const { items } = await ask('GET', '/v1/key-campaigns');
  const none = 'None yet. Start one with clawdeploy campaign.';
  const trouble = make('div');
  const cards = items.slice(0, 5).map((campaign) => campaignCard(campaign, place, trouble));
  place.replaceChildren(
    ...(cards.length === 0 ? [make('p', { class: 'hint' }, none)] : cards),
    trouble,
  );
}

function campaignCard({ id, kind, keyName, state, requestedAt, instances }, place, trouble) {
  const { total, verified = 0, reverted = 0, skipped = 0 } = instances;
  const change = (words, to) =>
    make(
      'button',
      {
        type: 'button',
        'aria-label': `${words} ${id}`,
        click: () => void changeCampaign(id, to, place, trouble),
      },
      words,
    );
  const actions = {
    preparing: [],
    running: [change('Pause', 'paused'), change('Abort', 'aborted')],
    paused: [change('Go on', 'running'), change('Abort', 'aborted')],
    halted: [change('Go on', 'running'), change('Abort', 'aborted')],
  };
  return make(
    'article',
    { class: 'card', 'aria-label': `Campaign ${id}` },
    make('h3', {}, `${kind} ${keyName} `, stateMark(state)),
    facts([
      ['Id', make('code', {}, id)],
      ['Asked for', timeMark(requestedAt)],
      [
        'Instances',
        `${verified} of ${total} done, ${reverted} kept the old key, ${skipped} passed over`,
      ],
    ]),
    make('p', { class: 'tools' }, ...(actions[state] ?? [])),
  );
}

async function changeCampaign(id, state, place, trouble) {
  const question = {
    title: `Abort ${id}?`,
    text: 'Instances that have the new key keep it, the others keep the old one. It cannot be taken up again.',
    yes: 'Abort it',
    no: 'Let it be',
  };
  if (state === 'aborted' && !(await confirmed(question))) return;
  try {
    await ask('PATCH', `/v1/key-campaigns/${encodeURIComponent(id)}`, { body: { state } });
    tell(`${id} is ${state}.`);
    await showCampaigns(place);
    place.querySelector('button')?.focus();
  } catch (failure) {
    showTrouble(trouble, failure);
  }
}

/** The last lines of the audit. */
export async function showAudit(place) {
  const { items } = await ask('GET', `/v1/audit?limit=${AUDIT_SHOWN}`);
  const rows = items.map(({ at, actor, action, target, outcome, from, requestId }) => [
    timeMark(at),
    actor,
    action,
    make('code', {}, target),
    stateMark(outcome),
    from ?? '–',
    make('code', {}, requestId ?? '–'),
  ]);
  const head = ['When', 'Who', 'What', 'Of', 'Outcome', 'From', 'Request'];
  place.replaceChildren(
    rows.length === 0
      ? make('p', { class: 'hint' }, 'Nothing yet.')
      : table('The last records of the audit', head, rows),
  );
}
