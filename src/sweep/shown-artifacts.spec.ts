import type { HarborArtifact } from '../harbor/harbor.types';
import { ShownArtifacts } from './shown-artifacts';

const TAG = { id: 1, name: 'v1', pushedAt: new Date(0), pulledAt: null, immutable: false };

function artifact(digest: string, more: Partial<HarborArtifact> = {}): HarborArtifact {
  return {
    ...{ id: 1, digest, mediaType: '', artifactType: null, kind: 'image', sizeBytes: 1, platforms: [] },
    ...{ children: [], config: null, annotations: {}, pushedAt: new Date(0), pulledAt: null },
    ...{ repository: 'app', repositoryId: 1, projectId: 2, tags: [TAG], ...more },
  };
}

describe('what the pages of a sweep show of artifacts', () => {
  it('is what is there, the children of an index too, and nothing else when it is all', () => {
    const shown = new ShownArtifacts(true);
    shown.add('app', artifact('a', { children: [{ digest: 'child', hasPlatform: true }] }));
    expect(['a', 'child', 'b'].map((digest) => shown.isThere('app', digest, true))).toEqual([
      true,
      true,
      false,
    ]);
    expect(shown.isThere('other', 'a', true)).toBe(false);
  });

  it.each([
    ['that lists never showed', () => new ShownArtifacts(true), false],
    ['where they are not all', () => new ShownArtifacts(false), true],
  ])('says nothing of what is not shown %s', (_, begin, wasListed) => {
    const shown = begin();
    shown.add('app', artifact('a'));
    expect(shown.isThere('app', 'b', wasListed)).toBeNull();
    expect(shown.isThere('app', 'a', wasListed)).toBe(true);
  });

  it('says nothing of what an index within an index may hold', () => {
    const shown = new ShownArtifacts(true);
    shown.add('app', artifact('a', { children: [{ digest: 'inner', hasPlatform: false }] }));
    expect([shown.isThere('app', 'b', true), shown.isThere('other', 'b', true)]).toEqual([null, false]);
  });

  it('is no more asked to be all where most artifacts carry no tag', () => {
    const shown = new ShownArtifacts(true);
    for (let number = 0; number < 300; number += 1) {
      expect(shown.wantsUntagged).toBe(number < 200);
      shown.add('app', artifact(String(number), number % 3 === 0 ? {} : { tags: [] }));
    }
    expect([shown.isThere('app', '1', true), shown.isThere('app', 'b', true)]).toEqual([true, null]);
  });
});
