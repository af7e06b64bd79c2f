import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../audit/audit.service';
import type { ServiceCaller } from '../auth/caller';
import { PersonsService } from '../auth/persons.service';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { pinnedReference } from '../common/image-link';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isUniqueViolation } from '../database/database-errors';
import { databaseTimeSql } from '../database/database-time';
import { ImageUses } from '../images/image-uses';
import { LookupService } from '../lookup/lookup.service';
import { PullRobots } from '../pull-secrets/pull-robots';
import { JobImage } from './job-image.entity';
import { lookUpAll, type LookedUp } from './job-lookups';
import { readJobQuestion, type JobQuestion } from './job-question';
import { Job } from './job.entity';
import { LeasesService, REMOVAL_SECONDS } from './leases.service';

/** A second call that began in the same moment, and one after it. */
const TRIES = 3;

export interface WantedImages {
  /** The username whose job it is. */
  for: string;
  links: readonly string[];
  /** From now on, by the database's clock. */
  ttlSeconds: number;
}

export interface LeasedImages {
  jobId: string;
  forUsername: string;
  leasedUntil: Date;
  /** In the order asked for. */
  images: { link: string; pinned: string; digest: string }[];
}

/** The jobs of schedulers, each known by the scheduler's token and its own id for it. */
@Injectable()
export class JobsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly lookups: LookupService,
    private readonly leases: LeasesService,
    private readonly persons: PersonsService,
    private readonly uses: ImageUses,
    private readonly pullRobots: PullRobots,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Leases the digests of these links for the job, so that Berth takes none of them away. The same again is the
   * heartbeat: it answers the same digests, also while Harbor is away, and the lease begins anew.
   * @throws DomainError conflict `job.other-question`, `job.image-being-removed`; as LookupService.lookup
   */
  async lease(caller: ServiceCaller, jobId: string, wanted: WantedImages): Promise<LeasedImages> {
    const question = readJobQuestion(wanted.for, wanted.links, this.config.registry);
    for (let tries = 1; ; tries += 1) {
      const held = await this.heartbeat(caller, jobId, question, wanted.ttlSeconds);
      if (held !== null) return held;
      try {
        await this.begin(caller, jobId, question, wanted.ttlSeconds);
      } catch (error) {
        if (tries === TRIES || !isUniqueViolation(error, 'uq_jobs_current')) throw error;
      }
    }
  }

  /** The job is over: its digests are free, and its pull secret ends. Nothing happens when there is none. */
  async end(caller: ServiceCaller, jobId: string): Promise<void> {
    const job = await this.findCurrent(caller, jobId);
    await this.dataSource.transaction(async (manager) => {
      await this.pullRobots.retire(manager, { tokenId: caller.tokenId, currentJobId: jobId });
      if (job === null || !(await endRun(manager, job, this.clock.now()))) return;
      await this.audit.record(manager, caller, 'job.ended', jobId);
    });
  }

  /** Null when there is no live lease. */
  private async heartbeat(
    caller: ServiceCaller,
    jobId: string,
    question: JobQuestion,
    ttlSeconds: number,
  ): Promise<LeasedImages | null> {
    const job = await this.findCurrent(caller, jobId);
    if (job === null || !(await this.isExtended(job, question, ttlSeconds))) return null;
    const [extended, images] = await Promise.all([
      this.dataSource.manager.findOneBy(Job, { id: job.id }),
      this.dataSource.manager.findBy(JobImage, { runId: job.id }),
    ]);
    const leasedUntil = extended?.until ?? null;
    if (leasedUntil === null) return null;
    // The call that began it may not have looked for removals yet.
    const isYoung = this.clock.now().getTime() - job.startedAt.getTime() < REMOVAL_SECONDS * 1000;
    if (isYoung && (await this.leases.isBeingRemoved(images))) throw beingRemoved();
    await this.uses.note(images.map(({ name }) => name));
    return answerOf(job, question, images, leasedUntil);
  }

  /** @throws DomainError conflict `job.other-question` when a live job asked another */
  private async isExtended(job: Job, question: JobQuestion, ttlSeconds: number): Promise<boolean> {
    if (job.question !== question.fingerprint) {
      if (!(await this.isLive(job))) return false;
      throw new DomainError('conflict', 'job.other-question', { jobId: job.jobId });
    }
    const { affected } = await this.dataSource
      .createQueryBuilder()
      .update(Job)
      .set({ seenAt: this.clock.now(), until: () => this.after(ttlSeconds) })
      .where('id = :id', { id: job.id })
      .andWhere(`until >= ${databaseTimeSql(this.dataSource)}`)
      .execute();
    return affected === 1;
  }

  private async isLive({ id }: Job): Promise<boolean> {
    return this.dataSource
      .createQueryBuilder(Job, 'job')
      .where('job.id = :id', { id })
      .andWhere(`job.until >= ${databaseTimeSql(this.dataSource)}`)
      .getExists();
  }

  /** The next heartbeat answers what this wrote. */
  private async begin(
    caller: ServiceCaller,
    jobId: string,
    question: JobQuestion,
    ttlSeconds: number,
  ): Promise<void> {
    const found = await lookUpAll(this.lookups, caller, question, 0);
    const person = await this.persons.findByUsername(question.forUsername);
    const subject = person === null ? undefined : { id: person.id, username: person.username };
    const expired = await this.findCurrent(caller, jobId);
    const job = this.newJob(caller, jobId, question, person?.username ?? question.forUsername);
    await this.dataSource.transaction(async (manager) => {
      if (expired !== null) await endExpired(this.dataSource, manager, expired);
      await manager
        .createQueryBuilder()
        .insert()
        .into(Job)
        .values({ ...job, until: () => this.after(ttlSeconds) })
        .execute();
      await manager.insert(JobImage, imagesOf(job, found));
      await this.audit.record(manager, caller, 'job.images-leased', targetOf(job, found), subject);
    });
    await this.refuseRemoved(job, found);
    await this.uses.note(found.map(({ name }) => name));
  }

  /** A removal is written first and then looks for leases: one of the two sees the other. */
  private async refuseRemoved(job: Pick<Job, 'id'>, found: readonly LookedUp[]): Promise<void> {
    const digests = found.map(({ link, answer }) => ({ ...link, digest: answer.digest }));
    if (!(await this.leases.isBeingRemoved(digests))) return;
    await this.dataSource.transaction(async (manager) => {
      await endRun(manager, job, this.clock.now());
    });
    throw beingRemoved();
  }

  private newJob(
    caller: ServiceCaller,
    jobId: string,
    question: JobQuestion,
    forUsername: string,
  ): Omit<Job, 'until'> {
    const now = this.clock.now();
    return {
      id: uuidv7(),
      tokenId: caller.tokenId,
      tokenName: caller.tokenName,
      jobId,
      currentJobId: jobId,
      forUsername,
      question: question.fingerprint,
      startedAt: now,
      seenAt: now,
      endedAt: null,
    };
  }

  private async findCurrent({ tokenId }: ServiceCaller, jobId: string): Promise<Job | null> {
    return this.dataSource.manager.findOneBy(Job, { tokenId, currentJobId: jobId });
  }

  private after(seconds: number): string {
    return databaseTimeSql(this.dataSource, seconds);
  }
}

/** False when somebody else ended it. */
export async function endRun(
  manager: EntityManager,
  { id }: Pick<Job, 'id'>,
  endedAt: Date,
): Promise<boolean> {
  const ended = { currentJobId: null, endedAt, until: null };
  const { affected } = await manager
    .createQueryBuilder()
    .update(Job)
    .set(ended)
    .where('id = :id AND endedAt IS NULL', { id })
    .execute();
  if (affected !== 1) return false;
  await manager.update(JobImage, { runId: id }, { isLeased: false });
  return true;
}

/** Ends a job whose lease ran out, as of the last time it was heard of. Nothing happens when it was heard of again. */
export async function endExpired(dataSource: DataSource, manager: EntityManager, job: Job): Promise<void> {
  const { affected } = await manager
    .createQueryBuilder()
    .update(Job)
    .set({ currentJobId: null, endedAt: job.seenAt, until: null })
    .where('id = :id', { id: job.id })
    .andWhere(`until < ${databaseTimeSql(dataSource)}`)
    .execute();
  if (affected === 1) await manager.update(JobImage, { runId: job.id }, { isLeased: false });
}

function beingRemoved(): DomainError {
  return new DomainError('conflict', 'job.image-being-removed', {}, { retryAfterSeconds: 5 });
}

function imagesOf(job: Pick<Job, 'id'>, found: readonly LookedUp[]): JobImage[] {
  return found.map(({ link, name, answer }) => ({
    id: uuidv7(),
    runId: job.id,
    name,
    project: link.project,
    repository: link.repository,
    digest: answer.digest,
    isLeased: true,
  }));
}

function targetOf({ jobId }: Pick<Job, 'jobId'>, found: readonly LookedUp[]): string {
  return `${jobId} ${found.map(({ name }) => name).join(' ')}`;
}

function answerOf(
  { jobId, forUsername }: Job,
  question: JobQuestion,
  images: readonly JobImage[],
  leasedUntil: Date,
): LeasedImages {
  const digests = new Map(images.map(({ name, digest }) => [name, digest]));
  return {
    jobId,
    forUsername,
    leasedUntil,
    images: question.links.map(({ link, name }) => {
      const digest = digests.get(name);
      if (digest === undefined) throw new Error(`job ${jobId} has no digest of ${name}`);
      return { link: `${link.address}/${name}`, pinned: pinnedReference(link, digest), digest };
    }),
  };
}
