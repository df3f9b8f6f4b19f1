import { expect } from 'chai';
import { apiKeyText, idInApiKey, isLikeApiKey } from './api-key.js';
import { apiKeyIdOf } from './ids.js';

const ID = apiKeyIdOf('4fzk2m7qwxyz');
const SECRET = 'abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst';

describe('the text of an API key', () => {
  it('never changes its form: scanners all over the world look for this one', () => {
    const text = apiKeyText(ID, SECRET);
    expect(text).to.match(/^cdk_4fzk2m7qwxyz_[a-z2-7]{59}$/);
    expect(text.slice(-7)).to.equal('pjafdbd');
    expect(idInApiKey(text)).to.equal(ID);
  });

  it('gives no id when it is cut short, lengthened, or in another case', () => {
    const text = apiKeyText(ID, SECRET);
    for (const wrong of [text.slice(0, -1), `${text}a`, text.toUpperCase(), ` ${text}`, '']) {
      expect(idInApiKey(wrong), wrong).to.equal(null);
    }
  });

  it('is told from a token by its beginning', () => {
    expect(isLikeApiKey('cdk_anything')).to.equal(true);
    expect(isLikeApiKey('eyJhbGciOiJFUzI1NiJ9.e30.c2ln')).to.equal(false);
  });
});
