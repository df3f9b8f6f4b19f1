import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { anInstanceId } from '../support/builders.js';
import type { Product } from '../support/product.js';
import { startProduct } from '../support/product.js';
import { pauseChild } from '../support/stack-eyes.js';
import type { Series } from './report.js';

const CLAIMS = 300;
const WARM_UP = 20;

/**
 * How long a claim takes to be answered: the real API process, its token check and the real
 * database, over loopback, one claim after the other. The members are rows without a gateway and
 * the controller is held still meanwhile, so that hundreds of claims fit on a small machine; what
 * follows a claim is measured by `first-answer`.
 */
export async function measure(
  _root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  say('starting a private stack');
  const product = await startProduct({ pools: 's=0' });
  const resume = pauseChild(product.info, 'controller');
  try {
    await plantMembers(product, CLAIMS + WARM_UP);
    const samples: number[] = [];
    for (let claim = 0; claim < CLAIMS + WARM_UP; claim += 1) {
      const body = { tenant: `bench-${claim}`, name: 'default', sizeClass: 's' };
      const headers = { 'idempotency-key': `bench-${claim}` };
      const started = performance.now();
      const { status } = await product.api.post('/v1/instances', body, { headers });
      if (claim >= WARM_UP) samples.push(performance.now() - started);
      if (status !== 202) throw new Error(`claim ${claim} answered ${status}`);
    }
    const baseline = '92 ms, agent-sandbox as published (another machine)';
    return [{ name: 'claim', unit: 'ms', samples, goalP50: 50, baseline }];
  } finally {
    resume();
    await product.stop();
  }
}

async function plantMembers({ info }: Product, count: number): Promise<void> {
  const url = (await readFile(info.secretFile('database.url'), 'utf8')).trim();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const ids = Array.from({ length: count }, () => anInstanceId());
    await client.query(
      `INSERT INTO instances
         (id, pool_id, state, state_at, size_class, openclaw_version, allocation_id, created_at)
       SELECT member, pools.id, 'idle', now(), pools.size_class, pools.openclaw_version,
         'planted for ' || member, now()
       FROM unnest($1::text[]) AS member, pools WHERE pools.size_class = 's'`,
      [ids],
    );
  } finally {
    await client.end();
  }
}
