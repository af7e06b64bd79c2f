import { usernameKey } from './username-key';

describe('usernameKey', () => {
  it.each([
    ['Ada', 'ada'],
    ['ＡＤＡ', 'ada'],
    ['e\u0301ve', '\u00e9ve'],
    ['ﬁona', 'fiona'],
  ])('takes %s and %s for one username', (one, other) => {
    expect(usernameKey(one)).toBe(usernameKey(other));
  });

  it.each([
    ['ada', 'ada2'],
    ['liu-yizhou', 'liuyizhou'],
    ['ada', 'аda'],
  ])('keeps %s and %s apart', (one, other) => {
    expect(usernameKey(one)).not.toBe(usernameKey(other));
  });
});
