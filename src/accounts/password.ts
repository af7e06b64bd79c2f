import { randomInt } from 'node:crypto';

/** Without 0 O, 1 l I, which people take for one another; letters and digits alone, so that no shell minds. */
const UPPER = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const LOWER = 'abcdefghijkmnopqrstuvwxyz';
const DIGITS = '23456789';
const ALPHABET = UPPER + LOWER + DIGITS;
const LENGTH = 24;
/** One draw in forty lacks a class; a hundred in a row mean that the source is not random. */
const MAX_DRAWS = 100;

/**
 * A new password of 24 letters and digits (139 bits), with an upper-case letter, a lower-case letter and a digit,
 * as Harbor demands. Every such password is equally likely: one that lacks a class is drawn again as a whole.
 *
 * @param random an integer from 0 up to, not including, `max`; unbiased and cryptographic
 */
export function generatePassword(random: (max: number) => number = (max) => randomInt(max)): string {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const password = Array.from({ length: LENGTH }, () => ALPHABET.charAt(random(ALPHABET.length))).join('');
    if (/[A-Z]/.test(password) && /[a-z]/.test(password) && /[0-9]/.test(password)) return password;
  }
  throw new Error('the random source for passwords is broken');
}
