import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Changes } from '../common/changes';
import { Clock } from '../common/clock';
import { isUniqueViolation } from '../database/database-errors';
import { HarborClient } from '../harbor/harbor.client';
import type { ArtifactLook, HarborArtifact } from '../harbor/harbor.types';
import { OneLookAtATime } from './one-look-at-a-time';
import { digestToRecord, judge, type TagState } from './tag-rule';
import { TagRecord } from './tag-record.entity';

/** A tag in Harbor; `repository` without the project. */
export interface TagName {
  project: string;
  repository: string;
  tag: string;
}

/**
 * What a check came to. `unknown`: the project is gone or another one, so nothing was recorded. A record of null:
 * the tag is not there, and never was as far as Berth knows.
 */
export interface Check {
  record: TagRecord | null;
  state: TagState;
  /** What Harbor answered. */
  look: ArtifactLook;
}

const MAX_TRIES = 5;

/** The only writer of tag records. Import, lookup and checks all come through here. */
@Injectable()
export class TagRecordsService {
  private readonly looks = new OneLookAtATime<Check>();

  constructor(
    @InjectRepository(TagRecord) private readonly records: Repository<TagRecord>,
    private readonly harbor: HarborClient,
    private readonly clock: Clock,
    private readonly changes: Changes,
  ) {}

  async find(name: TagName): Promise<TagRecord | null> {
    const { project, repository, tag } = name;
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

  /**
   * Looks at Harbor now and records what it saw. The look begins after this call; looks at one tag are shared.
   * @throws DomainError outages of Harbor: then nothing is recorded
   */
  async check(name: TagName): Promise<Check> {
    return this.looks.run(`${name.project}/${name.repository}:${name.tag}`, () => this.lookAndRecord(name));
  }

  /** An observation that began from an older version of the record than there is now is thrown away. */
  private async lookAndRecord(name: TagName): Promise<Check> {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const before = await this.find(name);
      const beganAt = this.clock.now();
      const look = await this.harbor.look(name.project, name.repository, name.tag);
      const check =
        before === null ? await this.first(name, look, beganAt) : await this.next(before, look, beganAt);
      if (check !== 'overtaken') return check;
    }
    throw new Error(`${MAX_TRIES} looks at ${name.project}/${name.repository}:${name.tag} were overtaken`);
  }

  private async first(name: TagName, look: ArtifactLook, beganAt: Date): Promise<Check | 'overtaken'> {
    if (!look.found) return { record: null, state: look.absent === 'project' ? 'unknown' : 'gone', look };
    const { artifact } = look;
    const recordedDigest = digestToRecord(name.tag, artifact.digest);
    const record = this.records.create({
      id: uuidv7(),
      project: name.project,
      repository: name.repository,
      tag: name.tag,
      harborProjectId: artifact.projectId,
      recordedDigest,
      currentDigest: artifact.digest,
      state: judge(recordedDigest, artifact.digest),
      recordedGone: false,
      ...facts(artifact),
      firstSeenAt: beganAt,
      checkedAt: beganAt,
      version: 1,
    });
    try {
      await this.records.insert(record);
    } catch (error) {
      if (isUniqueViolation(error)) return 'overtaken';
      throw error;
    }
    return { record, state: record.state, look };
  }

  private async next(before: TagRecord, look: ArtifactLook, beganAt: Date): Promise<Check | 'overtaken'> {
    if (await this.isOfAnotherProject(before, look)) return { record: before, state: 'unknown', look };
    const artifact = look.found ? look.artifact : null;
    const state = judge(before.recordedDigest, artifact?.digest ?? null);
    const answersWithThis = state === 'current' || state === 'as-recorded';
    const change = {
      currentDigest: artifact?.digest ?? null,
      state,
      recordedGone: await this.isRecordedGone(before, state),
      ...(artifact !== null && answersWithThis ? facts(artifact) : {}),
      checkedAt: beganAt,
      version: before.version + 1,
    };
    const written = await this.records.update({ id: before.id, version: before.version }, change);
    if (written.affected !== 1) return 'overtaken';
    const record = this.records.create({ ...before, ...change });
    if (answersChanged(before, record)) this.changes.note();
    return { record, state, look };
  }

  /** Gone is only what a project said that is still the same one. */
  private async isOfAnotherProject(before: TagRecord, look: ArtifactLook): Promise<boolean> {
    if (look.found) return look.artifact.projectId !== before.harborProjectId;
    const project = look.absent === 'project' ? null : await this.harbor.findProject(before.project);
    return project?.id !== before.harborProjectId;
  }

  /** A tag that moved or is gone does not say whether the artifact it was recorded with is still there. */
  private async isRecordedGone(before: TagRecord, state: TagState): Promise<boolean> {
    if (before.recordedDigest === null || state === 'as-recorded') return false;
    const look = await this.harbor.look(before.project, before.repository, before.recordedDigest);
    return !look.found && look.absent !== 'project';
  }
}

function answersChanged(before: TagRecord, after: TagRecord): boolean {
  return (
    before.state !== after.state ||
    before.currentDigest !== after.currentDigest ||
    before.recordedGone !== after.recordedGone
  );
}

function facts(artifact: HarborArtifact): Pick<TagRecord, 'kind' | 'platforms' | 'sizeBytes'> {
  return { kind: artifact.kind, platforms: artifact.platforms, sizeBytes: artifact.sizeBytes };
}
