import { expect } from 'chai';
import { renderHclVariables } from './hcl-variables.js';

describe('renderHclVariables', () => {
  it('writes each value as HCL has it', () => {
    const text = renderHclVariables({ id: 'oc-x', memory: 1024, is_on: true, tags: ['a', 'b'] });

    expect(text).to.equal('id = "oc-x"\nmemory = 1024\nis_on = true\ntags = ["a", "b"]\n');
  });

  it('lets no value become a part of the program', () => {
    const text = renderHclVariables({ evil: '"\nother = "x" ${file("x")} %{ if true } \\' });

    expect(text).to.equal('evil = "\\"\\nother = \\"x\\" $${file(\\"x\\")} %%{ if true } \\\\"\n');
  });

  it('refuses what is no name and no number', () => {
    expect(() => renderHclVariables({ 'a = 1\nb': 'x' })).to.throw(TypeError);
    expect(() => renderHclVariables({ a: NaN })).to.throw(TypeError);
  });
});
