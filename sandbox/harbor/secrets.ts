import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** One round only: what the sandbox keeps is worth nothing, and tests log in often. */
export function hashOf(secret: string, salt: string): string {
  return createHash('sha256').update(`${salt}:${secret}`).digest('hex');
}

export function matches(secret: string, salt: string, hash: string): boolean {
  const given = Buffer.from(hashOf(secret, salt));
  const kept = Buffer.from(hash);
  return given.length === kept.length && timingSafeEqual(given, kept);
}

export const newSalt = (): string => randomBytes(16).toString('hex');

/** 32 characters with all three classes, as Harbor makes robot secrets. */
export function newSecret(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const rest = [...randomBytes(29)].map((byte) => letters[byte % letters.length] ?? 'x').join('');
  return `Aa1${rest}`;
}

/** 8 to 128 bytes, with upper case, lower case and a digit. */
export function isStrong(secret: string): boolean {
  const size = Buffer.byteLength(secret);
  return size >= 8 && size <= 128 && /[A-Z]/.test(secret) && /[a-z]/.test(secret) && /[0-9]/.test(secret);
}
