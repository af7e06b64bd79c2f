import type { HarborArtifact } from '../harbor/harbor.types';
import { isWrittenLately } from './record-lives';
import type { TagRecord } from './tag-record.entity';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;
const AT = Date.parse('2026-11-21T09:30:00Z');

const record = (but: Partial<TagRecord>): TagRecord =>
  ({
    ...{ tag: 'latest', state: 'current', currentDigest: A, harborProjectId: 7, retiredAt: null },
    checkedAt: new Date(AT),
    ...but,
  }) as TagRecord;
const artifact = (but: Partial<HarborArtifact>): HarborArtifact =>
  ({ digest: A, projectId: 7, ...but }) as HarborArtifact;

describe('what is left unwritten of looks: one', () => {
  it.each([
    ['that saw what was written just now', {}, {}, 500, true],
    ['by another clock, just before', {}, {}, -500, true],
    ['that saw what was written long ago', {}, {}, 2_000, false],
    ['long before, by another clock', {}, {}, -2_000, false],
    ['that saw another digest', {}, { digest: B }, 500, false],
    ['in another project', {}, { projectId: 8 }, 500, false],
    ['of what was gone', { state: 'gone', currentDigest: null }, {}, 500, false],
    ['of what was retired', { retiredAt: new Date(AT) }, {}, 500, false],
    ['of a tag that may not move', { tag: 'v1', state: 'as-recorded' }, {}, 500, false],
  ] as const)('%s', (_, before, seen, laterMs, expected) => {
    expect(isWrittenLately(record(before), artifact(seen), new Date(AT + laterMs))).toBe(expected);
  });

  it('that did not find it is not', () => {
    expect(isWrittenLately(record({}), null, new Date(AT))).toBe(false);
  });
});
