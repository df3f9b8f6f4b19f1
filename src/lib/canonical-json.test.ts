import { expect } from 'chai';
import { canonicalJson } from './canonical-json.js';

describe('canonical JSON', () => {
  it('sorts members at every depth and writes no space', () => {
    const value = { b: [{ d: 1, c: null }, true], a: 'x', 10: 0, 9: 0 };
    expect(canonicalJson(value)).to.equal('{"10":0,"9":0,"a":"x","b":[{"c":null,"d":1},true]}');
  });

  it('sorts by code units, as in the example of RFC 8785', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      1: 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(canonicalJson(value).match(/:"(\w+)/g)).to.deep.equal([
      ...[':"Carriage', ':"One', ':"Control', ':"Latin', ':"Euro', ':"Emoji', ':"Hebrew'],
    ]);
  });

  it('escapes no more than it must', () => {
    expect(canonicalJson({ a: '\u000f"\\/é\n' })).to.equal('{"a":"\\u000f\\"\\\\/é\\n"}');
  });
});
