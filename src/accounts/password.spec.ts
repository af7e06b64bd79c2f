import * as fc from 'fast-check';
import { generatePassword } from './password';

/** A repeatable source: the given numbers over and over, each brought into range. */
function drawing(numbers: readonly number[]): (max: number) => number {
  let next = 0;
  return (max) => (numbers[next++ % numbers.length] ?? 0) % max;
}

describe('generatePassword', () => {
  const passwords = Array.from({ length: 3000 }, () => generatePassword());

  it('satisfies Harbor’s policy: 8 to 128 characters, upper, lower and digit', () => {
    for (const password of passwords) {
      expect(password.length).toBe(24);
      expect(password).toMatch(/[A-Z]/);
      expect(password).toMatch(/[a-z]/);
      expect(password).toMatch(/[0-9]/);
    }
  });

  it('needs no quoting in a shell, a URL or a YAML file, and has no look-alikes', () => {
    for (const password of passwords) expect(password).toMatch(/^[A-HJ-NP-Za-km-z2-9]+$/);
  });

  it('has at least 128 bits', () => {
    const used = new Set(passwords.join(''));
    expect(used.size).toBe(57);
    expect(24 * Math.log2(57)).toBeGreaterThan(128);
  });

  it('is never the same twice', () => {
    expect(new Set(passwords).size).toBe(passwords.length);
  });

  it('prefers no character at any place', () => {
    const draws = 3000;
    for (const place of [0, 11, 23]) {
      const counts = new Map<string, number>();
      for (const password of passwords) {
        const character = password.charAt(place);
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
      // Chi-squared with 56 degrees of freedom: above 140 once in a billion runs.
      const expected = draws / 57;
      const chiSquared = [...counts.values()].reduce(
        (sum, count) => sum + (count - expected) ** 2 / expected,
        0,
      );
      expect(chiSquared + (57 - counts.size) * expected).toBeLessThan(140);
    }
  });

  it('keeps to the policy whatever the source draws, or refuses a broken source', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 60 }), (numbers) => {
        try {
          expect(generatePassword(drawing(numbers))).toMatch(
            /^(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9])[A-Za-z0-9]{24}$/,
          );
        } catch (error) {
          expect(error).toEqual(new Error('the random source for passwords is broken'));
        }
      }),
    );
  });

  it('does not hang on a source that always draws the same', () => {
    expect(() => generatePassword(() => 0)).toThrow('the random source for passwords is broken');
  });
});
