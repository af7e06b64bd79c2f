import { randomBytes } from 'node:crypto';

/** A text that must not be seen outside of the places where it belongs. */
export interface Canary {
  name: string;
  secret: string;
}

/** Unique, and another text in each form: with a quote, a slash, a plus, a per cent sign and a letter beyond ASCII. */
export function canary(name: string): Canary {
  return { name, secret: `Canary1 "${name}" é/+%${randomBytes(12).toString('base64url')}` };
}

/** Everything that this process prints from now on, until `jest.restoreAllMocks()`. */
export function listenToPrinted(): () => string {
  let printed = '';
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((chunk) => {
      printed += String(chunk);
      return true;
    });
  }
  return () => printed;
}

/** The ways in which a secret may be written without being gone: each of them gives it away. */
export function formsOf(secret: string): Record<string, string> {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((offset) => base64Within(bytes, offset));
  return {
    raw: secret,
    json: JSON.stringify(secret).slice(1, -1),
    'json, escaped twice': JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    url: encodeURIComponent(secret),
    form: new URLSearchParams([['', secret]]).toString().slice(1),
    hex: bytes.toString('hex'),
    HEX: bytes.toString('hex').toUpperCase(),
    ...Object.fromEntries(base64.map((text, offset) => [`base64, ${offset} bytes after something`, text])),
    ...Object.fromEntries(
      base64.map((text, offset) => [`base64url, ${offset} bytes after something`, urlSafe(text)]),
    ),
  };
}

/** `name as form` for each canary that the text holds. */
export function canariesIn(text: string, canaries: readonly Canary[]): string[] {
  return canaries.flatMap(({ name, secret }) =>
    Object.entries(formsOf(secret))
      .filter(([, form]) => text.includes(form))
      .map(([form]) => `${name} as ${form}`),
  );
}

/** As it stands in the middle of something longer, such as user:password; without the characters that it shares. */
function base64Within(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const begin = Math.ceil((offset * 8) / 6);
  const end = Math.floor(((offset + bytes.length) * 8) / 6);
  return text.slice(begin, end);
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}
