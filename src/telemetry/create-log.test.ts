import { expect } from 'chai';
import { Fault } from '../errors/index.js';
import type { Log } from '../ports/index.js';
import { createLog } from './create-log.js';

describe('createLog', () => {
  let lines: Record<string, unknown>[];
  let log: Log;

  beforeEach(() => {
    lines = [];
    const destination = {
      write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>),
    };
    log = createLog({ level: 'info', role: 'api', destination });
  });

  it('writes a line with role, level, time, sentence and fields', () => {
    log.info('instance ready', { instanceId: 'oc-x', revision: 3, isPassing: true, at: null });

    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({
      level: 'info',
      role: 'api',
      message: 'instance ready',
      instanceId: 'oc-x',
      revision: 3,
      isPassing: true,
      at: null,
    });
    expect(lines[0]?.['time']).to.match(/^\d{4}-\d\d-\d\dT/);
  });

  it('leaves out what is below its level', () => {
    log.debug('request answered');

    expect(lines).to.deep.equal([]);
  });

  it('shows the name of a text that nobody listed, and not the text', () => {
    log.info('oops', {
      token: 'secret-a',
      anything: 'secret-b',
      list: ['secret-c'],
      o: { p: 'd' },
    });

    expect(lines[0]).to.include({ token: '[unlisted]', anything: '[unlisted]' });
    expect(JSON.stringify(lines)).to.not.include('secret-');
  });

  it('carries the fields of `with` on each line, by the same rule', () => {
    log.with({ requestId: 'r-1', key: 'secret-a' }).warn('healed');

    expect(lines[0]).to.include({ requestId: 'r-1', key: '[unlisted]', level: 'warn' });
  });

  it('tells an error with its causes, code and details, and none of its other properties', () => {
    const root = Object.assign(new Error('connect ECONNREFUSED'), {
      code: 'ECONNREFUSED',
      config: { headers: { 'x-vault-token': 'secret-a' } },
    });
    const error = new Fault('vault_unreachable', 'Vault does not answer.', {
      cause: new Error('no answer', { cause: root }),
      details: { status: 503 },
    });
    log.error('reconcile failed', { error });

    expect(lines[0]).to.have.nested.property('error.code', 'vault_unreachable');
    expect(lines[0]).to.have.nested.property('error.status', 503);
    expect(lines[0]).to.have.nested.property('error.cause.cause.code', 'ECONNREFUSED');
    expect(lines[0]).to.not.have.nested.property('error.stack');
    expect(JSON.stringify(lines)).to.not.include('secret-a');
  });

  it('shows the stack of what nobody expected', () => {
    log.error('request failed', { error: new TypeError('x is undefined') });

    expect(lines[0]).to.have.nested.property('error.stack').that.includes('create-log.test');
  });

  const leaks = [
    'sk-ant-api03-abcdefghijkl',
    'gsk_abcdefghijklmnop',
    'AIzaSyA1234567890abcdefghijk',
    '123456789:AAabcdefghijklmnopqrstuvwxyz0123456',
    'hvs.CAESIJabcdefgh',
    'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl',
    'abcdefghijklmnop',
    'hunter2',
  ];
  const quotes = [
    ...leaks.slice(0, 6),
    'Bearer abcdefghijklmnop',
    'postgres://clawdeploy:hunter2@127.0.0.1:5432/db',
  ];

  leaks.forEach((leak, at) => {
    it(`blots out what looks like a secret in an error: ${leak.slice(0, 6)}…`, () => {
      log.error('request failed', { error: new Error(`cannot parse "${quotes[at] ?? ''}"`) });

      expect(JSON.stringify(lines)).to.include('[redacted]').and.not.include(leak);
    });
  });
});
