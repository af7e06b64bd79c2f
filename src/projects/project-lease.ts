import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../common/errors';
import { CONFIG } from '../config/config.module';
import type { Config } from '../config/config';
import { databaseTimeSql } from '../database/database-time';
import { Project } from './project.entity';

/** A deadline of Harbor is less than half a lease, which is renewed before each write to Harbor. */
const OPERATIONS_IN_A_LEASE = 3;
/** How long a change waits for the one before it, and how often it looks. */
const WAIT_MS = 5_000;
const LOOK_AGAIN_MS = 50;

/**
 * One request at a time changes a project, on whichever replica; the next one waits a few seconds for it. A lease
 * ends by itself after three of Harbor's deadlines (30 s), so a crash blocks nobody for longer.
 *
 * Harbor checks no token: a process that was frozen between `renew` and its call to Harbor can still change the
 * project after another took over. What should be is in Berth's tables, which that process can write no more; the
 * difference shows as drift.
 */
@Injectable()
export class ProjectLeases {
  private readonly leaseSeconds: number;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) { harbor }: Config,
  ) {
    this.leaseSeconds = Math.ceil((OPERATIONS_IN_A_LEASE * harbor.deadlineMs) / 1000);
  }

  /**
   * Works on the project, as it is once the lease is taken.
   * @throws DomainError conflict `project.busy` when others hold the project all the time; not-found
   *   `project.not-found` when it was deleted meanwhile
   */
  async hold<T>(projectId: string, work: (lease: ProjectLease, project: Project) => Promise<T>): Promise<T> {
    const token = await this.take(projectId);
    try {
      const project = await this.dataSource.manager.findOneByOrFail(Project, { id: projectId });
      return await work(new ProjectLease(this.dataSource, this.leaseSeconds, projectId, token), project);
    } finally {
      await this.dataSource.manager.update(
        Project,
        { id: projectId, leaseToken: token },
        { leaseToken: null, leaseUntil: null },
      );
    }
  }

  private async take(projectId: string): Promise<string> {
    const token = uuidv7();
    const endsAt = performance.now() + WAIT_MS;
    while (!(await this.isTakenFor(projectId, token))) {
      if (!(await this.dataSource.manager.existsBy(Project, { id: projectId }))) throw notFound();
      if (performance.now() >= endsAt) throw busy();
      await sleep(LOOK_AGAIN_MS);
    }
    return token;
  }

  private async isTakenFor(projectId: string, token: string): Promise<boolean> {
    const taken = await this.dataSource
      .createQueryBuilder()
      .update(Project)
      .set({ leaseToken: token, leaseUntil: () => databaseTimeSql(this.dataSource, this.leaseSeconds) })
      .where('id = :projectId', { projectId })
      .andWhere(`(leaseUntil IS NULL OR leaseUntil < ${databaseTimeSql(this.dataSource)})`)
      .execute();
    return taken.affected === 1;
  }
}

export class ProjectLease {
  constructor(
    private readonly dataSource: DataSource,
    private readonly leaseSeconds: number,
    private readonly projectId: string,
    private readonly token: string,
  ) {}

  /** Holds the project for a whole lease from now. @throws DomainError conflict `project.busy` when it was taken over */
  async renew(): Promise<void> {
    await this.write({ leaseUntil: () => databaseTimeSql(this.dataSource, this.leaseSeconds) });
  }

  /** Writes to the project while the lease is held. @throws DomainError conflict `project.busy` when it was lost */
  async write(change: QueryDeepPartialEntity<Project>, manager = this.dataSource.manager): Promise<void> {
    const written = await manager.update(Project, { id: this.projectId, leaseToken: this.token }, change);
    if (written.affected !== 1) throw busy();
  }

  /**
   * A transaction that holds only while the lease does.
   * @throws DomainError conflict `project.busy` when it was lost, and nothing is written
   */
  async transaction(work: (manager: EntityManager) => Promise<void>): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await this.write({ leaseToken: this.token }, manager);
      await work(manager);
    });
  }
}

function notFound(): DomainError {
  return new DomainError('not-found', 'project.not-found');
}

function busy(): DomainError {
  return new DomainError('conflict', 'project.busy', {}, { retryAfterSeconds: 5 });
}
