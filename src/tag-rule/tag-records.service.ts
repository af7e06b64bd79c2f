import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import { In, type EntityManager, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { HarborClient } from '../harbor/harbor.client';
import type { ArtifactLook, HarborArtifact } from '../harbor/harbor.types';
import { planHistory, type LoggedChange } from './digest-history';
import { earlierDigest } from './earlier-digest';
import { formatTagName, type Observation, type ObservationSource, type TagName } from './observation';
import { OneLookAtATime } from './one-look-at-a-time';
import { accept, factsToAnswer, isWrittenLately, retired, settlementOf, startAfresh } from './record-lives';
import { answersChanged, factsOf, NO_FACTS } from './record-rows';
import { RecordWriter, type Settlement } from './record-writer';
import { digestToRecord, judge, type TagState } from './tag-rule';
import { TagRecord } from './tag-record.entity';
import type { Violation } from './violations/violation.entity';
import { violationStep } from './violations/violation-life';

export type { TagName } from './observation';

/**
 * What an observation came to. `unknown`: the project is gone or another one, so nothing was recorded. A record of
 * null: the tag is not there, and never was as far as Berth knows.
 */
export interface Recorded {
  record: TagRecord | null;
  state: TagState;
  /** What this observation opened and settled; mostly nothing. */
  violations: Violation[];
}

export interface Check extends Recorded {
  /** What Harbor answered. */
  look: ArtifactLook;
  /** Where the tag was as far as Berth knew when it was asked; null: gone, or no record. */
  digestBefore: string | null;
}

/** What a look is recorded with besides what it saw. */
export interface CheckReason {
  source: ObservationSource;
  /** What the audit log told before the look. */
  logged?: readonly LoggedChange[];
}

/** What an admin decides about an open violation. */
export interface Acknowledgement {
  violation: Violation;
  /** Of the admin. */
  username: string;
  reason: string;
  /** The new digest becomes the recorded one; jobs get it from now on. */
  acceptNewDigest: boolean;
  /** Written in the same transaction, such as the audit row. */
  alongside?: (manager: EntityManager) => Promise<void>;
}

const MAX_TRIES = 5;

/** The only writer of tag records, their history and their violations: whoever looks at a tag comes through here. */
@Injectable()
export class TagRecordsService {
  private readonly looks = new OneLookAtATime<Check>();
  /** When looks began that found their tags, of `performance.now()`. */
  private readonly foundAtMs = new LRUCache<string, number>({ max: 5_000 });

  constructor(
    @InjectRepository(TagRecord) private readonly records: Repository<TagRecord>,
    private readonly writer: RecordWriter,
    private readonly harbor: HarborClient,
    private readonly clock: Clock,
  ) {}

  async find({ project, repository, tag }: TagName): Promise<TagRecord | null> {
    return this.records.findOneBy({ project, repository, tag });
  }

  /** The records of these tags of one repository, by tag. */
  async findInRepository(
    project: string,
    repository: string,
    tags: readonly string[],
  ): Promise<ReadonlyMap<string, TagRecord>> {
    if (tags.length === 0) return new Map();
    const found = await this.records.findBy({ project, repository, tag: In([...tags]) });
    return new Map(found.map((record) => [record.tag, record]));
  }

  /** The records with these ids, by id. */
  async findByIds(ids: readonly string[]): Promise<ReadonlyMap<string, TagRecord>> {
    if (ids.length === 0) return new Map();
    const found = await this.records.findBy({ id: In([...ids]) });
    return new Map(found.map((record) => [record.id, record]));
  }

  /** The record as it is; nobody changes it before the transaction of `manager` ends. */
  async lock(manager: EntityManager, id: string): Promise<TagRecord> {
    await manager.update(TagRecord, { id }, { version: () => 'version' });
    return manager.findOneByOrFail(TagRecord, { id });
  }

  /**
   * Looks at Harbor now and records what it saw. The look begins after this call; looks at one tag are shared.
   * @throws DomainError outages of Harbor: then nothing is recorded
   */
  async check(name: TagName, source: ObservationSource = 'check'): Promise<Check> {
    return this.looks.run(formatTagName(name), () => this.lookAndRecord(name, { source }));
  }

  /** Did a look find the tag that began after this time (of `performance.now()`), and was recorded? Asks nobody. */
  wasFound(name: TagName, sinceMs: number): boolean {
    return (this.foundAtMs.get(formatTagName(name)) ?? Number.NEGATIVE_INFINITY) > sinceMs;
  }

  /** As `check`, with what the audit log told of the tag before; not shared. */
  async checkLogged(name: TagName, logged: readonly LoggedChange[]): Promise<Check> {
    return this.lookAndRecord(name, { source: 'feed', logged });
  }

  /**
   * Records what a look saw, unless another observation was recorded since it began: then it is `overtaken`, and
   * whoever looked looks again.
   * @throws DomainError outages of Harbor, which is asked what is left of a tag that is not as recorded
   */
  async record(observation: Observation): Promise<Recorded | 'overtaken'> {
    const before = await this.find(observation.name);
    if ((before?.version ?? null) !== observation.fromVersion) return 'overtaken';
    return before === null ? this.first(observation) : this.next(before, observation);
  }

  /**
   * To be called when Berth itself has deleted the tag from this digest: the record is retired, its open violation
   * ends, and what is pushed under the name from then on starts afresh.
   */
  async retire(name: TagName, deletedDigest: string): Promise<void> {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const before = await this.find(name);
      if (before === null) return;
      // Another digest was pushed already after the deletion, and a look saw it.
      const isNewer = before.currentDigest !== null && before.currentDigest !== deletedDigest;
      const after = retired(before, isNewer, this.clock.now());
      const plan = planHistory(await this.writer.knownHistory(before), [], after.currentDigest);
      after.historyCount += plan.append.length;
      const settlement: Settlement = { state: 'ended', settledBy: 'berth' };
      const observation = { look: { found: false, absent: 'artifact' }, source: 'check' } as const;
      const written = await this.writer.write({ before, after, plan, settlement, flags: false, observation });
      if (written === 'overtaken') continue;
      if (isNewer) await this.check(name);
      return;
    }
    throw overtakenTooOften(name);
  }

  /**
   * Settles an open violation by the word of an admin, after a look that proves that the tag still is where the
   * violation says.
   * @throws DomainError conflict `violation.changed`; outages of Harbor
   */
  async acknowledge(acknowledgement: Acknowledgement): Promise<Violation> {
    const { violation, username, reason, acceptNewDigest, alongside } = acknowledgement;
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const { record: before, look } = await this.check(violation);
      if (before === null || !look.found || before.flaggedDigest !== look.artifact.digest) {
        throw new DomainError('conflict', 'violation.changed');
      }
      const accepted = acceptNewDigest ? accept(before, look.artifact) : before;
      const settlement: Settlement = {
        state: 'acknowledged',
        settledBy: username,
        reason,
        acceptedNewDigest: acceptNewDigest,
        violationId: violation.id,
      };
      const written = await this.writer.write({
        before,
        after: { ...accepted, version: before.version + 1 },
        plan: planHistory(await this.writer.knownHistory(before), [], before.currentDigest),
        settlement,
        flags: false,
        observation: { look, source: 'check' },
        ...(alongside === undefined ? {} : { alongside }),
      });
      const [settled] = written === 'overtaken' ? [] : written;
      if (settled !== undefined) return settled;
    }
    throw overtakenTooOften(violation);
  }

  /**
   * What the second observation after the question recorded was looked at after the first one was recorded, so after
   * the question: where replicas overtake each other all the time, that is as good as a look of one's own.
   */
  private async lookAndRecord(name: TagName, reason: CheckReason): Promise<Check> {
    let versionAsked: number | null = null;
    let digestBefore: string | null = null;
    let seen: ArtifactLook | null = null;
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const before = await this.find(name);
      if (tries === 1) digestBefore = before?.currentDigest ?? null;
      versionAsked ??= before?.version ?? 0;
      const isSeenByOthers = before !== null && before.version >= versionAsked + 2;
      if (isSeenByOthers && seen !== null && reason.logged === undefined) {
        return { record: before, state: before.state, violations: [], look: seen, digestBefore };
      }
      const beganAtMs = performance.now();
      const beganAt = this.clock.now();
      const look = await this.harbor.look(name.project, name.repository, name.tag);
      seen = look;
      const artifact = look.found ? look.artifact : null;
      if (before !== null && reason.source === 'check' && isWrittenLately(before, artifact, beganAt)) {
        const record = { ...before, checkedAt: beganAt, checkedBy: reason.source };
        return { record, state: before.state, violations: [], look, digestBefore };
      }
      const observation = { ...reason, name, fromVersion: before?.version ?? null, beganAt, look };
      const recorded = before === null ? await this.first(observation) : await this.next(before, observation);
      if (recorded === 'overtaken') continue;
      if (look.found && recorded.state !== 'unknown') this.foundAtMs.set(formatTagName(name), beganAtMs);
      return { ...recorded, look, digestBefore };
    }
    throw overtakenTooOften(name);
  }

  private async first(observation: Observation): Promise<Recorded | 'overtaken'> {
    const { name, look, beganAt, source, logged = [] } = observation;
    const artifact = look.found ? look.artifact : null;
    const loggedFirst =
      logged.find(({ kind, digest }) => kind === 'pushed' && digest !== null)?.digest ?? null;
    const firstDigest = loggedFirst ?? artifact?.digest ?? null;
    const harborProjectId = firstDigest === null ? null : await this.projectIdOf(observation);
    if (firstDigest === null || harborProjectId === null) {
      const isUnknown = !look.found && look.absent === 'project';
      return { record: null, state: isUnknown ? 'unknown' : 'gone', violations: [] };
    }
    const recordedDigest = digestToRecord(name.tag, firstDigest);
    const recorded = await this.artifactOf(name, recordedDigest ?? firstDigest, artifact);
    const currentDigest = artifact?.digest ?? null;
    const record: TagRecord = {
      id: uuidv7(),
      ...{ project: name.project, repository: name.repository, tag: name.tag },
      harborProjectId,
      recordedDigest,
      recordedPushedAt: recorded?.pushedAt ?? null,
      currentDigest,
      state: judge(recordedDigest, currentDigest),
      goneSince: currentDigest === null ? beganAt : null,
      recordedGone: recordedDigest !== null && recorded === null,
      flaggedDigest: null,
      ...factsToAnswer(recordedDigest, recorded, artifact),
      firstSeenAt: beganAt,
      checkedAt: beganAt,
      checkedBy: source,
      retiredAt: null,
      life: 1,
      ...{ loggedRow: null, loggedDigest: null, sweptRound: null, historyCount: 0, version: 1 },
    };
    return this.write(null, record, observation);
  }

  private async next(before: TagRecord, observation: Observation): Promise<Recorded | 'overtaken'> {
    const { look, beganAt, source, logged = [] } = observation;
    if (await this.isOfAnotherProject(before, observation)) {
      return { record: before, state: 'unknown', violations: [] };
    }
    const artifact = look.found ? look.artifact : null;
    const base = await this.standing(before, artifact, logged, beganAt);
    const state = judge(base.recordedDigest, artifact?.digest ?? null);
    const answersWithThis = artifact !== null && (state === 'current' || state === 'as-recorded');
    const after: TagRecord = {
      ...base,
      currentDigest: artifact?.digest ?? null,
      state,
      goneSince: artifact === null ? (before.goneSince ?? beganAt) : null,
      recordedGone: await this.isRecordedGone(base, state, observation),
      ...(answersWithThis ? factsOf(artifact) : {}),
      checkedAt: beganAt,
      checkedBy: source,
      version: before.version + 1,
    };
    return this.write(before, after, observation);
  }

  /** What the tag is held to, once what was looked at and logged is known. */
  private async standing(
    before: TagRecord,
    artifact: HarborArtifact | null,
    logged: readonly LoggedChange[],
    beganAt: Date,
  ): Promise<TagRecord> {
    if (before.retiredAt !== null && artifact !== null) return startAfresh(before, artifact, beganAt);
    const earlier = earlierDigest(before, logged);
    if (earlier === null) return before;
    const recorded = await this.artifactOf(before, earlier, artifact);
    return {
      ...before,
      recordedDigest: earlier,
      recordedPushedAt: recorded?.pushedAt ?? null,
      ...(recorded === null ? NO_FACTS : factsOf(recorded)),
    };
  }

  private async write(
    before: TagRecord | null,
    judged: TagRecord,
    observation: Observation,
  ): Promise<Recorded | 'overtaken'> {
    const { step, flaggedDigest } = violationStep(judged, judged.currentDigest);
    const { logged = [] } = observation;
    if (before !== null && logged.length === 0 && !answersChanged(before, { ...judged, flaggedDigest })) {
      const isWritten = await this.writer.confirm(before, judged);
      return isWritten ? { record: judged, state: judged.state, violations: [] } : 'overtaken';
    }
    const plan = planHistory(await this.writer.knownHistory(before), logged, judged.currentDigest);
    const record: TagRecord = {
      ...judged,
      flaggedDigest,
      loggedRow: plan.loggedRow,
      loggedDigest: plan.loggedDigest,
      historyCount: judged.historyCount + plan.append.length,
    };
    const settlement = settlementOf(step, observation.source);
    const flags = step === 'flag';
    const violations = await this.writer.write({
      ...{ before, after: record, plan, settlement, flags, observation },
    });
    return violations === 'overtaken' ? violations : { record, state: record.state, violations };
  }

  /** Null: there is no such project. Asks Harbor only for what the look did not say. */
  private async projectIdOf({ name, look, harborProjectId }: Observation): Promise<number | null> {
    if (look.found) return look.artifact.projectId;
    if (look.absent === 'project') return null;
    return harborProjectId ?? (await this.harbor.findProject(name.project))?.id ?? null;
  }

  /** Gone is only what a project said that is still the same one. */
  private async isOfAnotherProject(before: TagRecord, observation: Observation): Promise<boolean> {
    const { look, harborProjectId } = observation;
    if (look.found) return look.artifact.projectId !== before.harborProjectId;
    if (look.absent === 'project') return true;
    const id = harborProjectId ?? (await this.harbor.findProject(before.project))?.id;
    return id !== before.harborProjectId;
  }

  /** A tag that moved or is gone does not say whether the artifact it was recorded with is still there. */
  private async isRecordedGone(
    record: TagRecord,
    state: TagState,
    { recorded }: Observation,
  ): Promise<boolean> {
    if (record.recordedDigest === null || state === 'as-recorded') return false;
    if (recorded?.digest === record.recordedDigest) return !recorded.isThere;
    const look = await this.harbor.look(record.project, record.repository, record.recordedDigest);
    return !look.found && look.absent !== 'project';
  }

  /** The artifact of a digest, which may be the one that was seen; null where Harbor has it no more. */
  private async artifactOf(
    { project, repository }: Pick<TagName, 'project' | 'repository'>,
    digest: string,
    seen: HarborArtifact | null,
  ): Promise<HarborArtifact | null> {
    if (seen?.digest === digest) return seen;
    const look = await this.harbor.look(project, repository, digest);
    return look.found ? look.artifact : null;
  }
}

function overtakenTooOften(name: TagName): Error {
  return new Error(`${MAX_TRIES} looks at ${formatTagName(name)} were overtaken`);
}
