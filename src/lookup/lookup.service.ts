import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Semaphore } from 'async-mutex';
import type { Caller } from '../auth/caller';
import { usernameKey } from '../auth/username-key';
import { ChangeFeed } from '../changes/change-feed';
import { Clock } from '../common/clock';
import { DomainError, isOutage } from '../common/errors';
import { formatImageLink, type ImageLink } from '../common/image-link';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isDatabaseAway } from '../database/database-errors';
import { HarborClient } from '../harbor/harbor.client';
import { askRight, knownRight, type RunRight } from '../images/sharing/run-right';
import { imageNotFound, readLinkField } from '../images/image-name';
import { isMovable } from '../tag-rule/tag-rule';
import { TagRecordsService } from '../tag-rule/tag-records.service';
import { toTagFacts } from './fact-rows';
import { AskedBefore, type Asked } from './asked-before';
import {
  answerAgain,
  answerCurrent,
  answerDigest,
  answerFrom,
  claimOf,
  ownProjectId,
  type Answer,
  type LookupOptions,
  type Need,
  type Told,
} from './lookup-answer';
import { LookupMemory, tagNameOf, type AskerName, type LinkFacts } from './lookup-memory';
import { readPlainQuestion, type PlainQuestion } from './plain-question';
import { PullRights } from './pull-rights';
import { VulnerablePulls } from './vulnerable-pulls';

/** In a batch, so many tags are looked at at once, and all of them in this time. */
const LOOKS_AT_ONCE = 8;
const LOOKS_WITHIN_MS = 2_000;
/** Beside them, so much is asked about who may pull. */
const RIGHTS_AT_ONCE = 16;
const DATABASE_RETRY_SECONDS = 5;

export interface LookupQuestion extends LookupOptions {
  link: string;
  /** The username whose job it is; a person asks for himself. */
  for?: string;
}

export type LookupAnswer = Told & Omit<Answer, 'told'>;

/** Of one link of a batch. */
export type Outcome =
  | { ok: true; answer: Answer }
  /** What was thrown; it concerns this link alone. */
  | { ok: false; error: unknown };

/** How a look at Harbor is let begin: at once, or in its turn. `Late`: its turn did not come. */
type Turns = <T>(look: () => Promise<T>) => Promise<T | typeof LATE>;
const LATE = Symbol('late');
/** How Harbor is asked whether somebody may pull; null: he may not. */
type Asks = (facts: LinkFacts) => Promise<RunRight | null | typeof LATE>;

interface Known {
  right: number | null;
  answer: Answer | Need;
}

@Injectable()
export class LookupService {
  constructor(
    private readonly memory: LookupMemory,
    private readonly askedBefore: AskedBefore,
    private readonly rights: PullRights,
    private readonly vulnerable: VulnerablePulls,
    private readonly tagRecords: TagRecordsService,
    private readonly harbor: HarborClient,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * What a job runs for this link. A tag that may not move is answered from what is recorded, without Harbor.
   * @throws DomainError invalid `link.*`, `lookup.for-required`; forbidden `lookup.for-forbidden`; not-found
   *   `image.not-found` (absent, or not theirs to pull); conflict `tag.recorded-gone`, `project.replaced`,
   *   `image.owner-offboarded`, `lookup.blocked`;
   *   upstream-unavailable `lookup.not-fresh`, `database.unavailable`; outages of Harbor for what was never seen
   */
  async lookup(caller: Caller, question: LookupQuestion): Promise<LookupAnswer> {
    const { told, ...answer } = await this.answer(caller, question);
    return { ...told, ...answer };
  }

  /** As lookup. */
  async answer(caller: Caller, question: LookupQuestion): Promise<Answer> {
    const name = askerOf(caller, question.for);
    const link = this.readLink(question.link);
    return this.answerWith(
      link,
      () => this.learn(name, link, question, atOnce, async (facts) => this.askRight(facts)),
      () => this.lastKnown(name, link, question),
    );
  }

  /** Each as if it had come alone, but that looks at Harbor take turns. @returns one outcome each, in order */
  async answerAll(
    caller: Caller,
    question: Omit<LookupQuestion, 'link'>,
    links: readonly string[],
  ): Promise<Outcome[]> {
    const name = askerOf(caller, question.for);
    const endsAtMs = performance.now() + LOOKS_WITHIN_MS;
    const turns = inTurns(endsAtMs, LOOKS_AT_ONCE);
    const rightTurns = inTurns(endsAtMs, RIGHTS_AT_ONCE);
    const asks = onceEach((facts) => rightTurns(async () => this.askRight(facts)));
    const isCertain = await this.isCertain();
    const waiting: Promise<void>[] = [];
    const outcomes = links.map((text, place): Outcome | null => {
      try {
        const link = this.readLink(text, `/links/${place}`);
        const known = isCertain ? this.find(name, link, question) : null;
        if (known !== null) return { ok: true, answer: known };
        const answered = this.answerWith(
          link,
          () => this.learn(name, link, question, turns, asks),
          () => this.lastKnown(name, link, question),
        );
        waiting.push(outcomeOf(answered).then((outcome) => void (outcomes[place] = outcome)));
        return null;
      } catch (error) {
        return { ok: false, error };
      }
    });
    await Promise.all(waiting);
    return outcomes.map((outcome) => outcome ?? { ok: false, error: new Error('a link was not answered') });
  }

  /**
   * A scheduler's query as it came; at once where memory has all that it needs. Null: it is not plain.
   * Rejects as lookup throws.
   */
  answerPlain(caller: Caller, query: string): Answer | Promise<Answer> | null {
    const known = this.answerFromMemory(query);
    if (known !== null) return known;
    const question = readPlainQuestion(query);
    return question === null ? null : this.answerAndRemember(caller, query, question);
  }

  private async answerAndRemember(caller: Caller, query: string, question: PlainQuestion): Promise<Answer> {
    const answer = await this.answer(caller, question);
    this.readAsked(query, performance.now());
    return answer;
  }

  /** What memory alone answers, or all but where a tag is now that may move; null: more has to be asked, or told. */
  private answerFromMemory(query: string): Answer | Promise<Answer> | null {
    if (!this.feed.isUpToDate) return null;
    const nowMs = performance.now();
    try {
      const asked = this.askedBefore.find(query, nowMs) ?? this.readAsked(query, nowMs);
      return asked === null ? null : this.answerAsked(asked, nowMs);
    } catch {
      // It is thrown again by whom all is asked.
      return null;
    }
  }

  private answerAsked(asked: Asked, nowMs: number): Answer | Promise<Answer> | null {
    if (asked.settled !== undefined) return answerAgain(asked.settled, this.clock.now());
    const { facts, maxAgeMs } = asked;
    const options = { maxAgeMs, requireFresh: false };
    const known = this.answerKnown(facts, options);
    if (known === null) return null;
    if (typeof known.answer !== 'string') {
      if (isSettled(facts)) asked.settled = known.answer;
      return this.warnedFromMemory(facts, known.answer, nowMs);
    }
    if (known.answer !== 'look') return null;
    return this.answerWith(
      facts.link,
      () => this.lookAtMovable(facts, known.right, options, atOnce),
      () => this.lastKnown(asked.name, facts.link, options),
    );
  }

  /** Null: it is not plain, or not all is in memory. */
  private readAsked(query: string, nowMs: number): Asked | null {
    const question = readPlainQuestion(query);
    if (question === null) return null;
    const { maxAgeMs } = question;
    const link = this.readLink(question.link);
    const name = { username: question.for };
    const found = this.memory.find(name, link, nowMs);
    if (found === undefined) return null;
    const asked = { ...found, name, maxAgeMs };
    // Of a tag that may move, a later look is kept in place of this one without being announced.
    const isPinned = link.tag === null || !isMovable(link.tag);
    if (isPinned) this.askedBefore.remember(query, asked);
    return asked;
  }

  /** Is there anything that is answered while the database is away? */
  get canAnswer(): boolean {
    return !this.memory.isEmpty && !this.isAwayTooLong;
  }

  private readLink(text: string, pointer = '?link'): ImageLink {
    const link = readLinkField(text, this.config.registry, pointer);
    return link.tag === null && link.digest === null ? { ...link, tag: 'latest' } : link;
  }

  /** The whole way; while the database is away what is known. */
  private async answerWith(
    link: ImageLink,
    learn: () => Promise<Answer>,
    lastKnown: () => Answer,
  ): Promise<Answer> {
    if (!(await this.isCertain())) return lastKnown();
    try {
      return await this.warned(link, await learn());
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      return lastKnown();
    }
  }

  private find(name: AskerName, link: ImageLink, options: LookupOptions): Answer | null {
    const nowMs = performance.now();
    const facts = this.memory.find(name, link, nowMs)?.facts;
    const answer = facts === undefined ? undefined : this.answerKnown(facts, options)?.answer;
    if (facts === undefined || answer === undefined || typeof answer === 'string') return null;
    return this.warnedFromMemory(facts, answer, nowMs);
  }

  /** Null: whether Harbor lets nobody pull it is not in memory. */
  private warnedFromMemory(facts: LinkFacts, answer: Answer, nowMs: number): Answer | null {
    const severity = this.vulnerable.recall(facts, answer.told, nowMs);
    return severity === undefined ? null : withSeverity(facts.link, answer, severity);
  }

  /** The answer, or what has to be learned for it; null: Harbor has to be asked whether he may. */
  private answerKnown(facts: LinkFacts, options: LookupOptions): Known | null {
    this.requireImported(facts);
    const right = this.findRight(facts);
    if (right === undefined) return null;
    const { harborProjectId } = right;
    return { right: harborProjectId, answer: answerFrom(facts, harborProjectId, options, this.clock.now()) };
  }

  private async learn(
    name: AskerName,
    link: ImageLink,
    options: LookupOptions,
    turns: Turns,
    asks: Asks,
  ): Promise<Answer> {
    const mark = this.memory.mark();
    const asker = await this.memory.asker(name, mark);
    const facts = await this.memory.link(asker, link, mark);
    this.requireImported(facts);
    const right = await this.rightOf(facts, asks);
    const answer = answerFrom(facts, right, options, this.clock.now());
    return typeof answer === 'string' ? this.look(answer, facts, right, options, turns) : answer;
  }

  private async look(
    need: Need,
    facts: LinkFacts,
    right: number | null,
    options: LookupOptions,
    turns: Turns,
  ): Promise<Answer> {
    switch (need) {
      case 'look':
        return this.lookAtMovable(facts, right, options, turns);
      case 'digest-look':
        return this.lookAtDigest(facts, right, options, turns);
      case 'first-look':
        return this.lookFirst(facts, right, options, turns);
    }
  }

  /** Of a tag that Berth never saw: what is seen now is its digest from here on. */
  private async lookFirst(
    { asker, link }: LinkFacts,
    right: number | null,
    options: LookupOptions,
    turns: Turns,
  ): Promise<Answer> {
    const looked = await turns(async () => this.tagRecords.check(tagNameOf(link)));
    if (looked === LATE) throw noTurn(link);
    const mark = this.memory.mark();
    await this.memory.readTag(tagNameOf(link), mark);
    const facts = await this.memory.link(asker, link, mark);
    const answer = answerFrom(facts, right, options, this.clock.now());
    if (typeof answer === 'string') throw imageNotFound();
    return answer;
  }

  private async lookAtMovable(
    facts: LinkFacts,
    right: number | null,
    options: LookupOptions,
    turns: Turns,
  ): Promise<Answer> {
    const name = tagNameOf(facts.link);
    const mark = this.memory.mark();
    try {
      const looked = await turns(async () => this.tagRecords.check(name));
      if (looked === LATE) return this.answerStale(facts, right, options, noTurn(facts.link));
      const { record, state } = looked;
      if (record === null || record.retiredAt !== null) throw imageNotFound();
      if (state === 'unknown')
        throw new DomainError('conflict', 'project.replaced', { project: name.project });
      const tag = toTagFacts(record);
      this.memory.keepTag(name, tag, mark);
      return answerCurrent(facts, right, tag, options, this.clock.now());
    } catch (error) {
      if (!isOutage(error)) throw error;
      return this.answerStale(facts, right, options, error);
    }
  }

  private async lookAtDigest(
    { link, seen }: LinkFacts,
    right: number | null,
    options: LookupOptions,
    turns: Turns,
  ): Promise<Answer> {
    const digest = link.digest ?? '';
    const seenAt = this.clock.now();
    const look = await turns(async () => this.harbor.look(link.project, link.repository, digest));
    if (look === LATE) throw noTurn(link);
    if (!look.found || look.artifact.projectId !== right) throw imageNotFound();
    const { platforms, sizeBytes } = look.artifact;
    const pinned = { platforms, sizeBytes, seenAt };
    return answerDigest(link, digest, { imageId: seen?.imageId ?? null, pinned }, options, this.clock.now());
  }

  /** @throws DomainError what kept it from being checked, when nothing is known or that is too old */
  private answerStale(
    facts: LinkFacts,
    right: number | null,
    options: LookupOptions,
    because: DomainError,
  ): Answer {
    const { tag, link } = facts;
    if (tag === null) throw because;
    const now = this.clock.now();
    const ageMs = Math.max(0, now.getTime() - tag.checkedAt.getTime());
    if (options.requireFresh || ageMs > this.config.lookup.maxStaleMs) {
      const params = { link: formatImageLink(link), ageMs };
      throw new DomainError('upstream-unavailable', 'lookup.not-fresh', params, {
        cause: because,
        retryAfterSeconds: because.retryAfterSeconds ?? 30,
      });
    }
    return { ...answerCurrent(facts, right, tag, options, now), stale: true };
  }

  /**
   * @throws DomainError not-found where he may not pull; outages of Harbor, unless he imported it; upstream-unavailable
   *   `lookup.no-turn`
   */
  private async rightOf(facts: LinkFacts, asks: Asks): Promise<number | null> {
    const right = this.findRight(facts) ?? (await asks(facts));
    // Harbor was not asked: nobody runs by that what he may not.
    if (right === LATE) throw noTurn(facts.link);
    if (right === null) throw imageNotFound();
    return right.harborProjectId;
  }

  /** Null where he may not. @throws outages of Harbor */
  private async askRight(facts: LinkFacts): Promise<RunRight | null> {
    return askRight(claimOf(facts), this.rights.asksAbout(facts.link.project));
  }

  private findRight(facts: LinkFacts): RunRight | undefined {
    return (
      ownersRight(facts) ??
      knownRight(claimOf(facts), (personId) => this.rights.find(personId, facts.link.project))
    );
  }

  private requireImported({ seen }: LinkFacts): void {
    if (seen === null && this.config.lookup.importedOnly) throw imageNotFound();
  }

  /**
   * While the database is away: what was known last, and marked so.
   * @throws DomainError upstream-unavailable `database.unavailable` for what is not in memory; as lookup
   */
  private lastKnown(name: AskerName, link: ImageLink, options: LookupOptions): Answer {
    if (this.isAwayTooLong) throw databaseAway();
    const facts = this.memory.find(name, link, null)?.facts;
    if (facts === undefined) throw databaseAway();
    this.requireImported(facts);
    const known = knownRight(
      claimOf(facts),
      (personId) => ownProjectId(facts, personId) ?? this.rights.recall(personId, link.project),
    );
    if (known === undefined && facts.seen === null) throw databaseAway();
    const right = known?.harborProjectId ?? null;
    const answer = answerFrom(facts, right, options, this.clock.now());
    const isLook = answer === 'look' && link.tag !== null && isMovable(link.tag);
    if (typeof answer === 'string' && !isLook) throw databaseAway();
    const stale =
      typeof answer === 'string' ? this.answerStale(facts, right, options, databaseAway()) : answer;
    const severity = this.vulnerable.recall(facts, stale.told, null) ?? null;
    const last = withSeverity(link, stale, severity);
    return {
      ...last,
      stale: true,
      warnings: [{ code: 'lookup.warning.unconfirmed', params: {} }, ...last.warnings],
    };
  }

  private async warned(link: ImageLink, answer: Answer): Promise<Answer> {
    return withSeverity(link, answer, await this.vulnerable.find(link, answer.told));
  }

  /** Is what memory holds right, but for the last second? Waits 300 ms for the database at most. */
  private async isCertain(): Promise<boolean> {
    return this.feed.isUpToDate || this.feed.catchUp();
  }

  private get isAwayTooLong(): boolean {
    return performance.now() - this.feed.upToDateAtMs > this.config.lookup.withoutDatabaseMs;
  }
}

/** A person asks for himself; a scheduler names the person. */
export function askerOf(caller: Caller, username: string | undefined): AskerName {
  if (caller.kind === 'person') {
    if (username !== undefined && usernameKey(username) !== usernameKey(caller.username)) {
      throw new DomainError('forbidden', 'lookup.for-forbidden');
    }
    return { personId: caller.personId };
  }
  if (username === undefined) {
    const code = 'lookup.for-required';
    throw new DomainError('invalid', code, {}, { errors: [{ pointer: '?for', code }] });
  }
  return { username };
}

/** @param severity null: Harbor refuses the pull to nobody for that */
function withSeverity(link: ImageLink, answer: Answer, severity: string | null): Answer {
  if (severity === null) return answer;
  const params = { project: link.project, severity };
  return { ...answer, warnings: [...answer.warnings, { code: 'lookup.warning.vulnerable', params }] };
}

function ownersRight(facts: LinkFacts): RunRight | undefined {
  return knownRight(claimOf(facts), (personId) => ownProjectId(facts, personId));
}

/** Does the answer follow from these facts alone, whatever Harbor says of rights and vulnerabilities? */
function isSettled(facts: LinkFacts): boolean {
  return ownersRight(facts) !== undefined && facts.project?.vulnerabilityLimit === null;
}

async function outcomeOf(answered: Promise<Answer>): Promise<Outcome> {
  try {
    return { ok: true, answer: await answered };
  } catch (error) {
    return { ok: false, error };
  }
}

async function atOnce<T>(look: () => Promise<T>): Promise<T> {
  return look();
}

/** The same people and the same project are asked about once. */
function onceEach(ask: Asks): Asks {
  const asked = new Map<string, ReturnType<Asks>>();
  return async (facts) => {
    const { personId, givers, sees } = claimOf(facts);
    const key = [facts.link.project, sees, personId, ...givers].join(' ');
    const answer = asked.get(key) ?? ask(facts);
    asked.set(key, answer);
    return answer;
  };
}

function inTurns(deadlineMs: number, atOnce: number): Turns {
  const turns = new Semaphore(atOnce);
  return async (look) => {
    const isLate = (): boolean => performance.now() >= deadlineMs;
    const looked = turns.runExclusive(async () => (isLate() ? LATE : look()));
    // What was begun goes on, for the next question.
    looked.catch(() => undefined);
    return Promise.race([looked, sleep(Math.max(0, deadlineMs - performance.now()), LATE, { ref: false })]);
  };
}

function noTurn(link: ImageLink): DomainError {
  const params = { link: formatImageLink(link) };
  return new DomainError('upstream-unavailable', 'lookup.no-turn', params, { retryAfterSeconds: 1 });
}

function databaseAway(): DomainError {
  const retryAfterSeconds = DATABASE_RETRY_SECONDS;
  return new DomainError('upstream-unavailable', 'database.unavailable', {}, { retryAfterSeconds });
}
