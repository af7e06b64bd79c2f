import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { In, type DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../common/errors';
import { databaseTimeSql } from '../database/database-time';
import { DigestRemoval } from './digest-removal.entity';
import { JobImage } from './job-image.entity';
import { Job } from './job.entity';

/** A removal ends sooner; this is how long a crash in its middle bars new leases. */
export const REMOVAL_SECONDS = 120;
const WHOLE_REPOSITORY = '*';
/** Of an index there can be thousands; so many go into one statement. */
const DIGESTS_AT_ONCE = 500;

export interface DigestName {
  project: string;
  repository: string;
  digest: string;
}

/** One run of a digest by a job. */
export interface JobRun {
  /** As the scheduler calls it. */
  jobId: string;
  /** The name of the scheduler's service token. */
  scheduler: string;
  forUsername: string;
  /** `project/repository:tag`, or with `@digest`. */
  name: string;
  digest: string;
  startedAt: Date;
  /** The last time that the scheduler said so. */
  seenAt: Date;
  /** Null while it runs. */
  endedAt: Date | null;
}

/** What jobs run, for those who would take it away or show it. Knows nothing of lookups: everybody may ask it. */
@Injectable()
export class LeasesService {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Does a job run this digest now, or at most its lease ago? By the database's clock. */
  async isLeased(project: string, repository: string, digest: string): Promise<boolean> {
    return this.leases(this.dataSource.manager, project, repository, [digest]).getExists();
  }

  /**
   * Does what takes these digests away, or what keeps them, unless a job leases one; no lease begins meanwhile. Takes at
   * most two minutes; what takes longer is not guarded to its end.
   * @throws DomainError conflict `tag.leased` when a job runs one; what `work` throws
   */
  async unlessLeased<T>(
    project: string,
    repository: string,
    digests: readonly string[],
    work: () => Promise<T>,
  ): Promise<T> {
    const removals = [...new Set(digests)].map((digest) => ({ id: uuidv7(), project, repository, digest }));
    try {
      for (const some of inParts(removals)) await this.announce(some);
      // A lease is written first and then looks for removals: one of the two sees the other.
      await this.requireUnleased(project, repository, digests);
      return await work();
    } finally {
      for (const some of inParts(removals)) {
        await this.dataSource.manager.delete(DigestRemoval, { id: In(some.map(({ id }) => id)) });
      }
    }
  }

  /** @throws DomainError conflict `tag.leased` when a job runs one of them now */
  async requireUnleased(project: string, repository: string, digests: readonly string[]): Promise<void> {
    for (const some of inParts(digests)) {
      const leased = await this.leases(this.dataSource.manager, project, repository, some)
        .addSelect('job.jobId', 'job')
        .getRawOne<{ image_digest: string; job: string }>();
      if (leased === undefined) continue;
      throw new DomainError('conflict', 'tag.leased', { digest: leased.image_digest, jobId: leased.job });
    }
  }

  /** As `requireUnleased`, of whatever is in a repository. */
  async requireRepositoryUnleased(project: string, repository: string): Promise<void> {
    await this.requireUnleased(project, repository, [WHOLE_REPOSITORY]);
  }

  /** As `unlessLeased`, of whatever is in a repository. */
  async unlessRepositoryLeased<T>(project: string, repository: string, work: () => Promise<T>): Promise<T> {
    return this.unlessLeased(project, repository, [WHOLE_REPOSITORY], work);
  }

  private async announce(removals: readonly (DigestName & { id: string })[]): Promise<void> {
    const until = (): string => databaseTimeSql(this.dataSource, REMOVAL_SECONDS);
    await this.dataSource
      .createQueryBuilder()
      .insert()
      .into(DigestRemoval)
      .values(removals.map((removal) => ({ ...removal, until })))
      .execute();
  }

  /** The digests that jobs run, each once, in the order of their names, after this one. */
  async listLeased(after: DigestName | null, limit: number): Promise<DigestName[]> {
    const query = this.dataSource
      .createQueryBuilder(JobImage, 'image')
      .innerJoin(Job, 'job', 'job.id = image.runId')
      .select('image.project', 'project')
      .addSelect('image.repository', 'repository')
      .addSelect('image.digest', 'digest')
      .distinct(true)
      .where('image.isLeased = :leased', { leased: true })
      .andWhere(`job.until >= ${databaseTimeSql(this.dataSource)}`);
    if (after !== null) {
      query.andWhere(
        '(image.project > :project OR (image.project = :project AND (image.repository > :repository OR ' +
          '(image.repository = :repository AND image.digest > :digest))))',
        { ...after },
      );
    }
    return query
      .orderBy('image.project')
      .addOrderBy('image.repository')
      .addOrderBy('image.digest')
      .limit(limit)
      .getRawMany<DigestName>();
  }

  /** Is one of these digests being taken away now? */
  async isBeingRemoved(digests: readonly DigestName[]): Promise<boolean> {
    for (const { project, repository, digest } of digests) {
      const found = await this.dataSource
        .createQueryBuilder(DigestRemoval, 'removal')
        .where('removal.digest IN (:...either)', { either: [digest, WHOLE_REPOSITORY] })
        .andWhere('removal.project = :project AND removal.repository = :repository', { project, repository })
        .andWhere(`removal.until >= ${databaseTimeSql(this.dataSource)}`)
        .getExists();
      if (found) return true;
    }
    return false;
  }

  /** The jobs that ran this digest, the newest first; those that ended long ago are forgotten (JOB_HISTORY_DAYS). */
  async jobsOf(project: string, repository: string, digest: string, limit = 10): Promise<JobRun[]> {
    const images = await this.dataSource.manager.find(JobImage, {
      where: { digest, project, repository },
      order: { id: 'DESC' },
      take: limit,
    });
    if (images.length === 0) return [];
    const jobs = await this.dataSource.manager.findBy(Job, { id: In(images.map(({ runId }) => runId)) });
    const byId = new Map(jobs.map((job) => [job.id, job]));
    return images.flatMap(({ runId, name }) => {
      const job = byId.get(runId);
      return job === undefined ? [] : [runOf(job, name, digest)];
    });
  }

  private leases(
    manager: EntityManager,
    project: string,
    repository: string,
    digests: readonly string[],
  ): SelectQueryBuilder<JobImage> {
    const leases = manager
      .createQueryBuilder(JobImage, 'image')
      .innerJoin(Job, 'job', 'job.id = image.runId')
      .where('image.project = :project AND image.repository = :repository', { project, repository })
      .andWhere('image.isLeased = :leased', { leased: true })
      .andWhere(`job.until >= ${databaseTimeSql(this.dataSource)}`);
    if (digests.includes(WHOLE_REPOSITORY)) return leases;
    return leases.andWhere('image.digest IN (:...digests)', { digests });
  }
}

function inParts<T>(all: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < all.length; from += DIGESTS_AT_ONCE)
    parts.push(all.slice(from, from + DIGESTS_AT_ONCE));
  return parts;
}

function runOf(job: Job, name: string, digest: string): JobRun {
  const { jobId, tokenName, forUsername, startedAt, seenAt, endedAt } = job;
  return { jobId, scheduler: tokenName, forUsername, name, digest, startedAt, seenAt, endedAt };
}
