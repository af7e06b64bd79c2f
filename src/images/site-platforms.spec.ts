import { platformsRun, tellingPlatform } from './site-platforms';

const AMD64 = { os: 'linux', architecture: 'amd64' };
const ARM64 = { os: 'linux', architecture: 'arm64', variant: 'v8' };

describe('platformsRun', () => {
  it.each([
    [[ARM64, AMD64], ['linux/amd64'], [AMD64]],
    [
      [ARM64, AMD64],
      ['linux/amd64', 'linux/arm64', 'linux/arm64/v8'],
      [AMD64, ARM64],
    ],
    [[ARM64], ['linux/amd64'], []],
    [[], ['linux/amd64'], []],
  ])('of %j on nodes of %j: %j', (platforms, site, expected) => {
    expect(platformsRun(platforms, site)).toEqual(expected);
  });
});

describe('tellingPlatform', () => {
  it('prefers what the nodes run, in the order of the configuration', () => {
    expect(tellingPlatform([ARM64, AMD64], ['linux/amd64'])).toBe(AMD64);
    expect(tellingPlatform([ARM64, AMD64], ['linux/arm64', 'linux/amd64'])).toBe(ARM64);
    expect(tellingPlatform([ARM64], ['linux/amd64'])).toBe(ARM64);
    expect(tellingPlatform([], ['linux/amd64'])).toBeNull();
  });
});
