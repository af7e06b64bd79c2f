import { foldedName } from './login-throttle';

describe('the name that failed logins count against', () => {
  it.each([
    'ADA',
    ' ada ',
    'a da',
    'a\u00adda',
    'ada\u200b',
    'ａｄａ',
    'adá',
    'ad\u0061\u0301',
    'ada\t',
    'ada\u00a0',
    'ＡＤＡ\u3000',
  ])('is ada for %j', (spelling) => {
    expect(foldedName(spelling)).toBe('ada');
  });

  it.each([
    ['ada1', 'ada2'],
    ['刘一舟', '刘一周'],
    ['ada.b', 'adab'],
  ])('tells %s from %s', (one, other) => {
    expect(foldedName(one)).not.toBe(foldedName(other));
  });
});
