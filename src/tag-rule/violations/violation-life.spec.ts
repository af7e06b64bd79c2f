import fc from 'fast-check';
import { violationStep, type ViolationStep } from './violation-life';

const [A, B, C] = ['a', 'b', 'c'].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string, string];

/** The steps of a tag that is seen so, one look after the other. */
function steps(recordedDigest: string | null, seen: readonly (string | null)[]): ViolationStep[] {
  let flaggedDigest: string | null = null;
  return seen.map((digest) => {
    const next = violationStep({ recordedDigest, flaggedDigest }, digest);
    ({ flaggedDigest } = next);
    return next.step;
  });
}

describe('the life of violations', () => {
  it.each([
    { what: 'a tag that stays', seen: [A, A], expected: ['none', 'none'] },
    { what: 'a move', seen: [A, B, B], expected: ['none', 'flag', 'none'] },
    { what: 'a move that is undone', seen: [B, A, A], expected: ['flag', 'settle', 'none'] },
    {
      what: 'a second move after the first was undone',
      seen: [B, A, B],
      expected: ['flag', 'settle', 'flag'],
    },
    { what: 'a move on', seen: [B, C, A], expected: ['flag', 'flag', 'settle'] },
    { what: 'a deletion, and the same digest again', seen: [null, A], expected: ['none', 'none'] },
    { what: 'a deletion, and another digest', seen: [null, B], expected: ['none', 'flag'] },
    {
      what: 'a deletion of the moved tag, and its return',
      seen: [B, null, B],
      expected: ['flag', 'none', 'none'],
    },
    { what: 'a deletion that undoes the move', seen: [B, null, A], expected: ['flag', 'none', 'settle'] },
  ])('of $what: $expected', ({ seen, expected }) => {
    expect(steps(A, seen)).toEqual(expected);
  });

  const looks = fc.array(fc.constantFrom(A, B, C, null), { maxLength: 40 });

  it('begin exactly once for each move that was seen', () => {
    fc.assert(
      fc.property(looks, (seen) => {
        const present = [A, ...seen.filter((digest) => digest !== null)];
        const moves = present.filter(
          (digest, index) => index > 0 && digest !== A && digest !== present[index - 1],
        );
        expect(steps(A, seen).filter((step) => step === 'flag')).toHaveLength(moves.length);
      }),
    );
  });

  it('stand open exactly while the tag was last seen elsewhere', () => {
    fc.assert(
      fc.property(looks, (seen) => {
        let isOpen = false;
        for (const step of steps(A, seen)) isOpen = step === 'flag' || (step === 'none' && isOpen);
        const last = seen.filter((digest) => digest !== null).at(-1) ?? A;
        expect(isOpen).toBe(last !== A);
      }),
    );
  });

  it('never begin for a tag that may move', () => {
    fc.assert(fc.property(looks, (seen) => steps(null, seen).every((step) => step === 'none')));
  });
});
