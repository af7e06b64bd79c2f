import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { In, type DataSource } from 'typeorm';
import { BackgroundTasks } from '../background/background-tasks';
import { isDomainError, isOutage, type DomainError } from '../common/errors';
import { HarborClient } from '../harbor/harbor.client';
import { LeasesService, type DigestName } from '../jobs/leases.service';
import { Project } from '../projects/project.entity';
import { ProjectsService } from '../projects/projects.service';
import { holdTag } from '../tag-rule/hold-tag';
import { TagRecord } from '../tag-rule/tag-record.entity';
import { Violation } from '../tag-rule/violations/violation.entity';
import type { Hold, HoldReason } from './hold.entity';
import { HoldsService } from './holds.service';

const EVERY_MS = 30_000;
const BATCH = 200;

interface Wanted extends DigestName {
  reason: HoldReason;
}

/**
 * Finds digests that somebody counts on and that no tag is left on: what a moved tag was recorded with, and what jobs
 * run. Lets go of those that nobody counts on any more.
 */
@Injectable()
export class HoldWork implements OnModuleInit {
  private readonly logger = new Logger(HoldWork.name);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly holds: HoldsService,
    private readonly leases: LeasesService,
    private readonly projects: ProjectsService,
    private readonly harbor: HarborClient,
    private readonly tasks: BackgroundTasks,
  ) {}

  onModuleInit(): void {
    this.tasks.register({ name: 'holds', everyMs: EVERY_MS, run: async (signal) => this.run(signal) });
  }

  /** Stops at the first that finds Harbor away. */
  async run(signal: AbortSignal): Promise<void> {
    for await (const wanted of this.wanted()) {
      if (signal.aborted) return;
      if (!(await this.tolerating(wanted, async () => this.keep(wanted)))) return;
    }
    let afterId = '';
    for (;;) {
      const held = await this.holds.listAfter(afterId, BATCH);
      for (const hold of held) {
        if (signal.aborted) return;
        if (!(await this.tolerating(hold, async () => this.letGo(hold)))) return;
        afterId = hold.id;
      }
      if (held.length < BATCH) return;
    }
  }

  private async *wanted(): AsyncGenerator<Wanted> {
    let afterId = '';
    for (;;) {
      const moved = await this.movedAfter(afterId);
      for (const name of await this.untagged(moved)) yield { ...name, reason: 'violation' };
      afterId = moved.at(-1)?.id ?? afterId;
      if (moved.length < BATCH) break;
    }
    let after: DigestName | null = null;
    for (;;) {
      const leased: DigestName[] = await this.leases.listLeased(after, BATCH);
      for (const name of await this.untagged(leased)) yield { ...name, reason: 'job' };
      after = leased.at(-1) ?? after;
      if (leased.length < BATCH) return;
    }
  }

  /** What tags were recorded with that are elsewhere now, be that acknowledged or not: jobs get the recorded one. */
  private async movedAfter(afterId: string): Promise<(DigestName & { id: string })[]> {
    const moved: { id: string; project: string; repository: string; digest: string }[] = [];
    for (const state of ['open', 'acknowledged'] as const) {
      moved.push(
        ...(await this.dataSource
          .createQueryBuilder(Violation, 'violation')
          .innerJoin(
            TagRecord,
            'record',
            'record.id = violation.tagRecordId AND record.flaggedDigest = violation.toDigest',
          )
          .select('violation.id', 'id')
          .addSelect('record.project', 'project')
          .addSelect('record.repository', 'repository')
          .addSelect('record.recordedDigest', 'digest')
          .where('violation.state = :state', { state })
          .andWhere('violation.id > :afterId', { afterId })
          .andWhere('record.recordedGone = :gone', { gone: false })
          .orderBy('violation.id', 'ASC')
          .limit(BATCH)
          .getRawMany<{ id: string; project: string; repository: string; digest: string }>()),
      );
    }
    return moved.sort((one, other) => (one.id < other.id ? -1 : 1)).slice(0, BATCH);
  }

  private async keep({ project: projectName, repository, digest, reason }: Wanted): Promise<void> {
    const known = await this.holds.find(projectName, repository, digest);
    if (known !== null && known.heldAt !== null) return;
    const project = await this.keptProject(projectName);
    if (project === null) return;
    const look = await this.harbor.look(projectName, repository, digest);
    if (!look.found || look.artifact.projectId !== project.harborProjectId) return;
    if ((await this.harbor.listTags(projectName, repository, digest)).length > 0 && known === null) return;
    await this.holds.keep(project, repository, look.artifact, reason);
  }

  private async letGo(hold: Hold): Promise<void> {
    const { project, repository, digest } = hold;
    if ((await this.keptProject(project)) === null) {
      await this.holds.forget(hold);
      return;
    }
    if (!(await this.isCountedOn(hold))) await this.holds.release(hold);
    else if (hold.heldAt !== null) await this.keepAgain(hold);
    else if (await this.isTagged(project, repository, digest)) await this.holds.forget(hold);
  }

  /** With the rule off an owner can take Berth's tag away, or the image, and push that again. */
  private async keepAgain(hold: Hold): Promise<void> {
    const { project, repository, digest } = hold;
    const tags = await this.harbor.listTags(project, repository, digest);
    if (tags.some(({ name }) => name === holdTag(digest))) return;
    if (!(await this.harbor.look(project, repository, digest)).found) return;
    await this.holds.forget(hold);
    await this.keep(hold);
  }

  private async isCountedOn({ project, repository, digest }: Hold): Promise<boolean> {
    const isRecorded = await this.dataSource
      .createQueryBuilder(TagRecord, 'record')
      .where('record.project = :project AND record.repository = :repository', { project, repository })
      .andWhere('record.recordedDigest = :digest AND record.flaggedDigest IS NOT NULL', { digest })
      .andWhere('record.retiredAt IS NULL')
      .getExists();
    return isRecorded || this.leases.isLeased(project, repository, digest);
  }

  /** Those that no tag is on, as Berth last saw it: Harbor is asked only about these. */
  private async untagged(names: readonly DigestName[]): Promise<DigestName[]> {
    if (names.length === 0) return [];
    const records = await this.dataSource.manager.find(TagRecord, {
      select: { id: true, project: true, repository: true, currentDigest: true },
      where: { currentDigest: In(names.map(({ digest }) => digest)) },
    });
    const tagged = new Set(records.map((record) => keyOf(record, record.currentDigest)));
    return names
      .filter((name) => !tagged.has(keyOf(name, name.digest)))
      .map(({ project, repository, digest }) => ({ project, repository, digest }));
  }

  private async isTagged(project: string, repository: string, digest: string): Promise<boolean> {
    return this.dataSource.manager.existsBy(TagRecord, { project, repository, currentDigest: digest });
  }

  /** Null where Berth keeps no such project, or Harbor has another one now. */
  private async keptProject(name: string): Promise<Project | null> {
    const project = await this.projects.findByName(name);
    if (project === null) return null;
    const found = await this.harbor.findProject(name);
    return found !== null && found.id === project.harborProjectId ? project : null;
  }

  /** False when Harbor is away. */
  private async tolerating({ project, digest }: DigestName, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!isDomainError(error)) throw error;
      this.warn(project, digest, error);
      return !isOutage(error);
    }
  }

  private warn(project: string, digest: string, { code }: DomainError): void {
    this.logger.warn({ msg: 'a digest is held or let go later', project, digest, code });
  }
}

function keyOf(
  { project, repository }: { project: string; repository: string },
  digest: string | null,
): string {
  return `${project}/${repository}@${digest ?? ''}`;
}
