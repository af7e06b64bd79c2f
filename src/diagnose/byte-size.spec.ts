import { formatBytes } from './byte-size';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [2_662, '2.6 KiB'],
    [1_073_741_823, '1 GiB'],
    [42_949_672_960, '40 GiB'],
    [42_735_000_000, '39.8 GiB'],
    [2 ** 53, '8192 TiB'],
  ])('says %d as %s', (bytes, said) => {
    expect(formatBytes(bytes)).toBe(said);
  });
});
