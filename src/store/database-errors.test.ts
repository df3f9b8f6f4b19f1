import { expect } from 'chai';
import { QueryFailedError } from 'typeorm';
import { Fault } from '../errors/index.js';
import { reaching } from './database-errors.js';

describe('reaching', () => {
  const LOST = [
    { severity: 'ERROR', code: '53100', means: 'disk full' },
    { severity: 'ERROR', code: '53200', means: 'out of memory' },
    { severity: 'FATAL', code: '53300', means: 'too many connections' },
    { severity: 'ERROR', code: '58030', means: 'input or output failed' },
    { severity: 'FATAL', code: 'XX000', means: 'a server process that ends' },
    { severity: 'PANIC', code: 'XX001', means: 'a server that ends' },
    { severity: 'ERROR', code: '08006', means: 'connection failure' },
    { severity: 'ERROR', code: '57014', means: 'a statement that took too long' },
    { severity: 'ERROR', code: '55P03', means: 'a lock that was waited for too long' },
    { severity: 'FATAL', code: '25P03', means: 'a transaction that lay idle too long' },
  ];

  for (const { severity, code, means } of LOST) {
    it(`tells ${severity} ${code}, ${means}, as a database that cannot be reached`, async () => {
      const found = await outcomeOf(databaseError(severity, code));

      expect(found).to.be.an.instanceOf(Fault).with.property('code', 'database_unreachable');
    });

    it(`knows ${severity} ${code} inside TypeORM's error too`, async () => {
      const inner = databaseError(severity, code);
      const found = await outcomeOf(new QueryFailedError('SELECT 1', [], inner));

      expect(found).to.be.an.instanceOf(Fault).with.property('code', 'database_unreachable');
    });
  }

  it('does not send all callers back at the same moment', async () => {
    const lost = databaseError('FATAL', '57P01');
    const faults = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(lost)));
    const waits = faults.map((fault) => (fault instanceof Fault ? fault.retryAfterMs : null));

    expect(new Set(waits).size).to.be.greaterThan(10);
  });

  const MISTAKES = [
    { severity: 'ERROR', code: '23505', means: 'a value that is there already' },
    { severity: 'ERROR', code: '42P01', means: 'a table that is missing' },
    { severity: 'ERROR', code: '54000', means: 'a statement beyond a limit' },
  ];

  for (const { severity, code, means } of MISTAKES) {
    it(`leaves ${code}, ${means}, as it is: trying again would not mend it`, async () => {
      const error = databaseError(severity, code);

      expect(await outcomeOf(error)).to.equal(error);
    });
  }
});

function databaseError(severity: string, code: string): Error {
  return Object.assign(new Error('as PostgreSQL says it'), { severity, code });
}

async function outcomeOf(error: Error): Promise<unknown> {
  try {
    return await reaching(() => Promise.reject(error));
  } catch (caught) {
    return caught;
  }
}
