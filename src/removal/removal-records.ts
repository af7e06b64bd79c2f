import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { LessThanOrEqual, MoreThan, type DataSource, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService, type Actor } from '../audit/audit.service';
import type { PersonCaller } from '../auth/caller';
import { Clock } from '../common/clock';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import type { Project } from '../projects/project.entity';
import { TagRecord } from '../tag-rule/tag-record.entity';
import { TagRecordsService } from '../tag-rule/tag-records.service';
import { RemovalIntent } from './removal-intent.entity';

const RECORDS_AT_ONCE = 200;
const LOOK_AGAIN_MS = 30_000;

export interface RemovedPlace {
  repository: string;
  tag: string | null;
  digest: string | null;
}

/** What Berth remembers of deletions: that one was begun, and what it means for the records once it is done. */
@Injectable()
export class RemovalRecords {
  constructor(
    @InjectRepository(RemovalIntent) private readonly intents: Repository<RemovalIntent>,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly tagRecords: TagRecordsService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async begin(caller: PersonCaller, project: Project, place: RemovedPlace): Promise<RemovalIntent> {
    const { repository, tag, digest } = place;
    const intent = this.intents.create({
      id: uuidv7(),
      project: project.name,
      projectId: project.id,
      repository,
      tag,
      digest,
      personId: caller.personId,
      username: caller.username,
      dueAt: this.fromNow(3 * this.config.harbor.deadlineMs),
      createdAt: this.clock.now(),
    });
    await this.intents.insert(intent);
    return intent;
  }

  /** It was done: its records are retired, so that what is pushed next starts afresh. Idempotent. */
  async finish(intent: RemovalIntent, actor: Actor): Promise<void> {
    const { project, repository, tag, digest } = intent;
    if (tag !== null && digest !== null) await this.tagRecords.retire({ project, repository, tag }, digest);
    else await this.retireRepository(intent);
    const subject = { id: intent.personId, username: intent.username };
    await this.dataSource.transaction(async (manager) => {
      await manager.delete(RemovalIntent, { id: intent.id });
      if (tag === null) {
        await this.audit.record(manager, actor, 'repository.deleted', `${project}/${repository}`, subject);
      } else {
        const target = `${project}/${repository}:${tag} ${digest ?? ''}`.trim();
        await this.audit.record(manager, actor, 'tag.deleted', target, subject);
      }
    });
  }

  /** It was not done, or nobody can tell any more. */
  async drop({ id }: RemovalIntent): Promise<void> {
    await this.intents.delete({ id });
  }

  /** Nobody waits for it any more: the sweep looks at it next. */
  async hasten({ id }: RemovalIntent): Promise<void> {
    await this.intents.update({ id }, { dueAt: this.clock.now() });
  }

  async lookAgainLater({ id }: RemovalIntent): Promise<void> {
    await this.intents.update({ id }, { dueAt: this.fromNow(LOOK_AGAIN_MS) });
  }

  async listDue(limit: number): Promise<RemovalIntent[]> {
    return this.intents.find({
      where: { dueAt: LessThanOrEqual(this.clock.now()) },
      order: { dueAt: 'ASC' },
      take: limit,
    });
  }

  async find(id: string): Promise<RemovalIntent | null> {
    return this.intents.findOneBy({ id });
  }

  /** Is this what another tag of the repository was recorded with and was moved away from? Jobs still get it. */
  async isCountedOn(project: string, repository: string, digest: string, butFor: string): Promise<boolean> {
    return this.dataSource
      .createQueryBuilder(TagRecord, 'record')
      .where('record.project = :project AND record.repository = :repository', { project, repository })
      .andWhere('record.recordedDigest = :digest AND record.flaggedDigest IS NOT NULL', { digest })
      .andWhere('record.retiredAt IS NULL AND record.tag <> :butFor', { butFor })
      .getExists();
  }

  private async retireRepository({ project, repository }: RemovalIntent): Promise<void> {
    let after = '';
    for (;;) {
      const records = await this.dataSource.manager.find(TagRecord, {
        where: { project, repository, tag: MoreThan(after) },
        order: { tag: 'ASC' },
        take: RECORDS_AT_ONCE,
      });
      for (const { tag, currentDigest, retiredAt } of records) {
        if (retiredAt === null)
          await this.tagRecords.retire({ project, repository, tag }, currentDigest ?? '');
        after = tag;
      }
      if (records.length < RECORDS_AT_ONCE) return;
    }
  }

  private fromNow(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }
}
