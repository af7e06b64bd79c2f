import { setTimeout as sleep } from 'node:timers/promises';
import type { DomainError } from '../common/errors';
import { harborAddress, type PathParts, type QueryParts } from './harbor-address';
import type { paths } from './harbor-api.generated';
import {
  changedMeanwhile,
  type HarborCall,
  readOnly,
  rejected,
  timedOut,
  unauthorized,
  unavailable,
} from './harbor-call-error';
import type { HarborHttp, WireRequest } from './harbor-http';
import {
  type Accepted,
  judge,
  judgeRegistry,
  judgeStatus,
  type Refusal,
  type RegistryReply,
  type Verdict,
  type Wire,
} from './harbor-reply';
import { meaningOf, type Meaning } from './harbor-texts';
import { type AttemptEnd, retryDecision, retryDelayMs } from './retry-decision';

type Method = HarborCall['method'];
/** The paths of openapi/harbor.yaml that have this method. */
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, object> ? P : never;
}[keyof paths];

type ParametersOf<C, K extends string> = C extends { parameters: Record<K, infer T> } ? T : undefined;
type BodyOf<C> = C extends { requestBody: { content: { 'application/json': infer T } } } ? T : undefined;
type Part<K extends string, T> = [T] extends [undefined] ? object : Record<K, T>;
/** What a call must be given: its path parameters, its query, its body, as far as it has them. */
type Given<C> = Part<'path', ParametersOf<C, 'path'>> &
  Part<'query', ParametersOf<C, 'query'>> &
  Part<'body', BodyOf<C>>;
interface Parts {
  path?: PathParts;
  query?: QueryParts;
  body?: unknown;
}

type JsonOf<R> = R extends { content: { 'application/json': infer T } } ? T : null;
/** The body of a call's success; null where Harbor sends none. */
type ReplyOf<C> = C extends { responses: { 200: infer R } } ? JsonOf<R> : CreatedOf<C>;
type CreatedOf<C> = C extends { responses: { 201: infer R } } ? JsonOf<R> : never;

type At<P extends keyof paths, M extends Method> = paths[P][M];

export type Answer<T> = Accepted<T> | Refused;

/** A refusal that the caller has to understand: by its meaning, or by its status. */
export interface Refused extends Refusal {
  meaning: Meaning;
  /** "Harbor refused us": what to throw for a refusal that has no meaning of its own. */
  rejection(): DomainError;
  /** What to throw when the thing that the caller observed before is gone. */
  changed(): DomainError;
}

/** Limits of one operation. */
export interface CallLimits {
  /** For the whole operation, retries and further calls included; the configured deadline when left out. */
  deadlineMs?: number;
}

/** One operation of the client: several calls and their repeats, under one deadline. */
export class HarborOperation {
  private readonly deadline: AbortSignal;
  private readonly endsAt: number;

  constructor(
    private readonly http: HarborHttp,
    limits: CallLimits = {},
  ) {
    const deadlineMs = limits.deadlineMs ?? http.deadlineMs;
    this.deadline = AbortSignal.timeout(deadlineMs);
    this.endsAt = performance.now() + deadlineMs;
  }

  async get<P extends PathOf<'get'>>(
    path: P,
    parts: Given<At<P, 'get'>> & Parts,
  ): Promise<Answer<ReplyOf<At<P, 'get'>>>> {
    return this.call({ method: 'get', path }, parts);
  }

  async post<P extends PathOf<'post'>>(
    path: P,
    parts: Given<At<P, 'post'>> & Parts,
  ): Promise<Answer<ReplyOf<At<P, 'post'>>>> {
    return this.call({ method: 'post', path }, parts);
  }

  async put<P extends PathOf<'put'>>(path: P, parts: Given<At<P, 'put'>> & Parts): Promise<Answer<null>> {
    return this.call<null>({ method: 'put', path }, parts);
  }

  async delete<P extends PathOf<'delete'>>(
    path: P,
    parts: Given<At<P, 'delete'>> & Parts,
  ): Promise<Answer<null>> {
    return this.call<null>({ method: 'delete', path }, parts);
  }

  /** A call of the registry's own protocol: bytes in, bytes out. */
  async registry(
    request: WireRequest & Required<Pick<WireRequest, 'registry'>>,
    expectedStatus: number,
  ): Promise<Answer<RegistryReply>> {
    return this.repeated(request, (wire) => judgeRegistry(expectedStatus, wire));
  }

  /** The status of a call whose reply has no body, whatever it is, where Harbor itself answered. */
  async registryStatus(request: WireRequest & Required<Pick<WireRequest, 'registry'>>): Promise<number> {
    const answer = await this.repeated(request, judgeStatus);
    if (!answer.ok) throw answer.rejection();
    return answer.body;
  }

  /** What to throw for a success that says something else than was asked. */
  wrongAnswer(call: HarborCall, why: string): DomainError {
    return rejected(call, null, why);
  }

  private async call<T>(call: HarborCall, parts: Parts): Promise<Answer<T>> {
    const address = harborAddress(call.path, parts.path, parts.query);
    return this.repeated({ call, address, body: parts.body }, (wire) =>
      judge<T>(`${call.method} ${call.path}`, wire),
    );
  }

  private async repeated<T>(request: WireRequest, judged: (wire: Wire) => Verdict<T>): Promise<Answer<T>> {
    const { call } = request;
    for (let attempt = 1; ; attempt += 1) {
      const wire = await this.http.send(request, this.deadline);
      const verdict = judged(wire);
      if (verdict.verdict === 'answered') return this.answered(call, verdict.answer);
      if (!(await this.repeats(call, attempt, attemptEnd(verdict)))) throw failure(call, verdict);
    }
  }

  private answered<T>(call: HarborCall, answer: Accepted<T> | Refusal): Answer<T> {
    this.http.retryBudget.earn();
    if (answer.ok) return answer;
    const meaning = meaningOf(answer);
    if (meaning === 'read-only') throw readOnly(call);
    return {
      ...answer,
      meaning,
      rejection: () => rejected(call, answer.status, answer.code),
      changed: () => changedMeanwhile(call, answer.status, answer.code),
    };
  }

  /** Waits before a repeat; false when there is none. */
  private async repeats(call: HarborCall, number: number, end: AttemptEnd): Promise<boolean> {
    const delayMs = retryDelayMs(number, Math.random());
    const { retry } = retryDecision({
      writes: call.method !== 'get' && call.method !== 'head',
      number,
      end,
      remainingMs: this.endsAt - performance.now(),
      delayMs,
      budgetLeft: this.http.retryBudget.left,
    });
    if (!retry) return false;
    this.http.retryBudget.spend();
    await sleep(delayMs);
    return true;
  }
}

type Failure = Exclude<Verdict<unknown>, { verdict: 'answered' }>;

function attemptEnd({ verdict }: Failure): AttemptEnd {
  switch (verdict) {
    case 'wrong':
      return 'wrong-answer';
    case 'unauthorized':
      return 'answered';
    case 'too-many':
    case 'untrusted':
    case 'unavailable':
    case 'out-of-time':
    case 'breaker-open':
      return verdict;
  }
}

function failure(call: HarborCall, failed: Failure): DomainError {
  switch (failed.verdict) {
    case 'wrong':
      return rejected(call, failed.status, failed.why);
    case 'unauthorized':
      return unauthorized(call);
    case 'too-many':
      return unavailable(call, 429, 'too many requests', failed.retryAfterSeconds);
    case 'untrusted':
      return unavailable(call, null, failed.why);
    case 'unavailable':
      return unavailable(call, failed.status, failed.why);
    case 'out-of-time':
      return timedOut(call);
    case 'breaker-open':
      return unavailable(call, null, 'not asked: it was down a moment ago');
  }
}
