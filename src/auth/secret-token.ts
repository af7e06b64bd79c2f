import { hash, randomBytes } from 'node:crypto';

/** Service tokens begin with this, so that people and secret scanners recognise them. */
export const SERVICE_TOKEN_PREFIX = 'berth_';

const SECRET_BYTES = 32;

/** 256 random bits, safe in headers and shells. */
export function newSecretToken(prefix = ''): string {
  return prefix + randomBytes(SECRET_BYTES).toString('base64url');
}

/** What is stored of a token, as hex. A plain hash suffices: nobody guesses 256 random bits. */
export function hashOfToken(token: string): string {
  return hash('sha256', token, 'hex');
}
