import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageAccess } from '../images/sharing/image-access';
import { PullRights } from './pull-rights';

/** A Harbor that takes 200 ms to say that he may not pull any more. */
function rightsKnownFor(ageMs: number): PullRights {
  const access: Pick<ImageAccess, 'recall' | 'askAgain'> = {
    recall: () => ({ harborProjectId: 7, ageMs }),
    askAgain: async () => sleep(200, null),
  };
  return new PullRights(access as ImageAccess);
}

describe('PullRights.asksAbout', () => {
  it('goes on with what a Harbor that is slow said a moment ago', async () => {
    expect(await rightsKnownFor(40_000).asksAbout('team').firstPuller(['ada'])).toEqual({
      personId: 'ada',
      harborProjectId: 7,
    });
  });

  it('does not go on with what it said long ago', async () => {
    expect(await rightsKnownFor(3_600_000).asksAbout('team').firstPuller(['ada'])).toBeNull();
  });
});
