import { isMilder } from './severity';

describe('isMilder', () => {
  it.each<[string, string | null, string, boolean]>([
    ['Success', 'None', 'low', true],
    ['Success', 'Unknown', 'low', true],
    ['Success', 'Medium', 'high', true],
    ['Success', 'High', 'high', false],
    ['Success', 'Critical', 'high', false],
    ['Success', 'None', 'none', false],
    ['Success', 'Dreadful', 'critical', false],
    ['Success', 'Low', 'a limit of another Harbor', false],
    ['Success', null, 'high', false],
    ['Pending', null, 'high', false],
    ['Error', 'None', 'high', false],
  ])('a scan that is %s and found %s, with a limit of %s: %s', (status, severity, limit, expected) => {
    expect(isMilder({ status, severity, counts: {}, total: 0, fixable: 0 }, limit)).toBe(expected);
  });
});
