import fc from 'fast-check';
import { digestToRecord, isMovable, judge } from './tag-rule';

const A = 'sha256:' + 'a'.repeat(64);
const B = 'sha256:' + 'b'.repeat(64);

describe('the tag rule', () => {
  it.each(['Latest', 'LATEST', 'latest-1', 'v1', ' latest', 'latest '])('does not let %j move', (tag) => {
    expect(isMovable(tag)).toBe(false);
  });

  it('lets latest move, and holds it to no digest', () => {
    expect(isMovable('latest')).toBe(true);
    expect(digestToRecord('latest', A)).toBeNull();
  });

  it.each([
    { recorded: A, seen: A, state: 'as-recorded' },
    { recorded: A, seen: B, state: 'moved' },
    { recorded: A, seen: null, state: 'gone' },
    { recorded: null, seen: A, state: 'current' },
    { recorded: null, seen: null, state: 'gone' },
  ])('calls $recorded seen as $seen $state', ({ recorded, seen, state }) => {
    expect(judge(recorded, seen)).toBe(state);
  });

  it('never calls a first look at any tag moved', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(A, B), (tag, digest) => {
        expect(judge(digestToRecord(tag, digest), digest)).not.toBe('moved');
      }),
    );
  });
});
