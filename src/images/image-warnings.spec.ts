import type { ArtifactKind, Platform } from '../harbor/harbor.types';
import type { TagRecord } from '../tag-rule/tag-record.entity';
import { imageWarnings, recordWarnings } from './image-warnings';

const AMD64 = { os: 'linux', architecture: 'amd64' };
const ARM64 = { os: 'linux', architecture: 'arm64', variant: 'v8' };

describe('imageWarnings', () => {
  it.each<[ArtifactKind, Platform[], string[], string[]]>([
    ['image', [AMD64], ['linux/amd64'], []],
    ['image', [ARM64], ['linux/amd64'], ['image.warning.platform']],
    ['image', [ARM64], ['linux/amd64', 'linux/arm64'], []],
    ['image', [{ os: 'linux', architecture: 'arm64' }], ['linux/arm64/v8'], ['image.warning.platform']],
    ['image', [{ os: 'linux', architecture: 'amd64p32' }], ['linux/amd64'], ['image.warning.platform']],
    ['image', [], ['linux/amd64'], []],
    ['index', [ARM64, AMD64], ['linux/amd64'], []],
    ['helm-chart', [], ['linux/amd64'], ['image.warning.not-an-image']],
    ['other', [], ['linux/amd64'], ['image.warning.not-an-image']],
  ])('of a %s for %j on %j: %j', (kind, platforms, site, codes) => {
    expect(imageWarnings(kind, platforms, site).map(({ code }) => code)).toEqual(codes);
  });
});

describe('recordWarnings', () => {
  const [A, B] = ['sha256:a', 'sha256:b'];
  const record = (change: Partial<TagRecord>): TagRecord =>
    ({
      tag: 'v1',
      recordedDigest: A,
      currentDigest: A,
      recordedGone: false,
      retiredAt: null,
      ...change,
    }) as TagRecord;

  it.each<[string, Partial<TagRecord>, string[]]>([
    ['as recorded', { state: 'as-recorded' }, []],
    ['moved', { state: 'moved', currentDigest: B }, ['tag-moved']],
    [
      'moved, and what it was is gone',
      { state: 'moved', recordedGone: true },
      ['tag-moved', 'recorded-gone'],
    ],
    ['gone', { state: 'gone', currentDigest: null }, ['gone']],
    ['deleted through Berth', { state: 'gone', recordedGone: true, retiredAt: new Date() }, ['gone']],
    ['latest', { state: 'current', recordedDigest: null }, []],
  ])('of a tag that is %s', (_, change, codes) => {
    const found = recordWarnings(record(change)).map(({ code }) => code);
    expect(found).toEqual(codes.map((code) => `image.warning.${code}`));
  });

  it('says nothing of a link with a digest', () => {
    expect(recordWarnings(null)).toEqual([]);
  });
});
