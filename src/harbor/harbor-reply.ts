import { Ajv, type SchemaObject } from 'ajv';
import { harborErrors, harborReplies } from './harbor-replies.generated';

/** What came over the wire. `ended` tells why there is no reply. */
export type Wire =
  | { status: number; headers: ReadonlyMap<string, string>; text: string; bytes: Buffer }
  | { ended: 'connection' | 'certificate' | 'deadline' | 'too-large' | 'breaker-open'; code: string };

/** A well-formed "no" of Harbor. */
export interface Refusal {
  ok: false;
  status: number;
  /** Harbor's own code, such as NOT_FOUND. Empty where a reply has no body (HEAD). */
  code: string;
  message: string;
}

export interface Accepted<T> {
  ok: true;
  body: T;
  /** The id at the end of the Location header; null where there is none. */
  createdId: number | null;
}

/** What a reply means: it was answered, or why nothing was learned from it. */
export type Verdict<T> =
  | { verdict: 'answered'; answer: Accepted<T> | Refusal }
  | { verdict: 'wrong'; status: number | null; why: string }
  | { verdict: 'unauthorized' }
  | { verdict: 'too-many'; retryAfterSeconds: number | undefined }
  | { verdict: 'untrusted'; why: string }
  | { verdict: 'unavailable'; status: number | null; why: string }
  | { verdict: 'out-of-time' }
  | { verdict: 'breaker-open' };

const ajv = new Ajv({ allErrors: false, strict: false });
ajv.addFormat('date-time', (text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)));

interface Expected {
  status: number;
  schema: SchemaObject | null;
}

const expectations = new Map<string, Expected>(Object.entries(harborReplies));

interface ErrorsBody {
  errors: [{ code: string; message: string }];
}

/**
 * Judges a reply against openapi/harbor.yaml. Only what is shaped as Harbor's own answer is one: a proxy's page with
 * status 200 or 404, a redirect, half a JSON or a field of another type is `wrong`.
 * @param key method and path as in the document: `get /users`
 */
export function judge<T>(key: string, wire: Wire): Verdict<T> {
  const expected = expectations.get(key);
  if (expected === undefined) throw new RangeError(`not in openapi/harbor.yaml: ${key}`);
  if ('ended' in wire) return withoutReply(wire);
  const failed = unlessStatus(expected.status, wire);
  if (failed !== null) return failed;
  const { status, headers, text } = wire;
  const read = expected.schema === null ? emptyBody(text) : jsonBody(headers, text);
  if (!read.ok) return { verdict: 'wrong', status, why: read.why };
  const valid = ajv.compile<T>(expected.schema ?? { type: 'null' });
  if (!valid(read.value))
    return { verdict: 'wrong', status, why: ajv.errorsText(valid.errors, { dataVar: 'body' }) };
  return {
    verdict: 'answered',
    answer: { ok: true, body: read.value, createdId: idIn(headers.get('location')) },
  };
}

/** What the registry's own protocol answered: what it means is for the caller, who knows the digest. */
export interface RegistryReply {
  headers: ReadonlyMap<string, string>;
  bytes: Buffer;
}

/** As judge, of the registry's own protocol, where a body is whatever was pushed. */
export function judgeRegistry(expectedStatus: number, wire: Wire): Verdict<RegistryReply> {
  if ('ended' in wire) return withoutReply(wire);
  const failed = unlessStatus(expectedStatus, wire);
  if (failed !== null) return failed;
  const { headers, bytes } = wire;
  return { verdict: 'answered', answer: { ok: true, body: { headers, bytes }, createdId: null } };
}

/** Of a HEAD: a refusal has no body that would say more. */
export function judgeStatus(wire: Wire): Verdict<number> {
  if ('ended' in wire) return withoutReply(wire);
  const { status } = wire;
  const isAnswer = status !== 401 && status !== 429 && status >= 200 && status < 500;
  const failed = isAnswer ? null : unlessStatus(200, wire);
  return failed ?? { verdict: 'answered', answer: { ok: true, body: status, createdId: null } };
}

/** Null when the reply has this status. */
function unlessStatus(
  expectedStatus: number,
  wire: Extract<Wire, { status: number }>,
): Verdict<never> | null {
  const { status, headers } = wire;
  if (status === 401) return { verdict: 'unauthorized' };
  if (status === 429) return { verdict: 'too-many', retryAfterSeconds: seconds(headers.get('retry-after')) };
  if (status >= 500) return { verdict: 'unavailable', status, why: 'server error' };
  if (status >= 400) return refusal(wire);
  if (status === expectedStatus) return null;
  return { verdict: 'wrong', status, why: status >= 300 ? 'a redirect' : 'not the status of this call' };
}

function withoutReply({ ended, code }: Extract<Wire, { ended: string }>): Verdict<never> {
  switch (ended) {
    case 'connection':
      return { verdict: 'unavailable', status: null, why: code };
    case 'certificate':
      return { verdict: 'untrusted', why: code };
    case 'deadline':
      return { verdict: 'out-of-time' };
    case 'too-large':
      return { verdict: 'wrong', status: null, why: 'the reply is too large' };
    case 'breaker-open':
      return { verdict: 'breaker-open' };
  }
}

function refusal({ status, headers, text }: Extract<Wire, { status: number }>): Verdict<never> {
  const read = jsonBody(headers, text);
  if (!read.ok) return { verdict: 'wrong', status, why: read.why };
  const valid = ajv.compile<ErrorsBody>(harborErrors);
  if (!valid(read.value)) return { verdict: 'wrong', status, why: 'not an error of Harbor' };
  const { code, message } = read.value.errors[0];
  return { verdict: 'answered', answer: { ok: false, status, code, message } };
}

type Body = { ok: true; value: unknown } | { ok: false; why: string };

function jsonBody(headers: ReadonlyMap<string, string>, text: string): Body {
  const type = headers.get('content-type') ?? '';
  if (!type.startsWith('application/json')) return { ok: false, why: 'not JSON' };
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch {
    return { ok: false, why: 'broken JSON' };
  }
}

function emptyBody(text: string): Body {
  return text.trim() === ''
    ? { ok: true, value: null }
    : { ok: false, why: 'a body where Harbor sends none' };
}

function idIn(location: string | undefined): number | null {
  const id = /\/(\d{1,15})$/.exec(location ?? '')?.[1];
  return id === undefined ? null : Number(id);
}

function seconds(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,4}$/.test(header) ? Number(header) : undefined;
}
