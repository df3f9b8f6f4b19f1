import { expect } from 'chai';
import { aPrincipal } from '../../test/support/builders.js';
import { Attendance } from './attendance.js';

describe('Attendance', () => {
  const { signal } = new AbortController();

  it('lets in as many as may hold on, and another one for each that leaves', () => {
    const attendance = new Attendance({ openMax: 2, openPerTenantMax: 9 });
    const first = attendance.enter(aPrincipal(), signal);
    expect(attendance.enter(aPrincipal(), signal)).to.not.equal(null);
    expect(attendance.enter(aPrincipal(), signal)).to.equal(null);
    first?.();
    first?.();
    expect(attendance.enter(aPrincipal(), signal)).to.not.equal(null);
    expect(attendance.enter(aPrincipal(), signal)).to.equal(null);
  });

  it('keeps one tenant from taking all places, and forgets who went away', () => {
    const attendance = new Attendance({ openMax: 9, openPerTenantMax: 1 });
    const tenant = aPrincipal({ role: 'tenant', tenantRef: 'alice' });
    const caller = new AbortController();
    expect(attendance.enter(tenant, caller.signal)).to.not.equal(null);
    expect(attendance.enter(tenant, signal)).to.equal(null);
    caller.abort();
    expect(attendance.enter(tenant, signal)).to.not.equal(null);
  });
});
