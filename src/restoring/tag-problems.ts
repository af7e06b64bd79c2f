import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { In, type DataSource } from 'typeorm';
import type { MessageCode, MessageParams } from '../common/messages.en';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { SweepAlarm } from '../sweep/sweep-alarm.entity';
import { holdTag } from '../tag-rule/hold-tag';
import { Violation } from '../tag-rule/violations/violation.entity';
import { Hold } from './hold.entity';
import { Restoration } from './restoration.entity';

const STOPPED: MessageCode = 'project.problem.restore-stopped';
const FAILED: MessageCode = 'project.problem.restore-failed';

/** Of each kind no more are shown one by one. */
const MAX_SHOWN = 5;

export interface TagProblem {
  code: MessageCode;
  params: MessageParams;
}

/** What is wrong with the tags of a project, for those who belong to it. */
@Injectable()
export class TagProblems {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** As lists of projects show them: what moved, and what a sweep found and did not record. Others are left out. */
  async listBrief(projects: readonly string[]): Promise<ReadonlyMap<string, TagProblem[]>> {
    const problems = new Map<string, TagProblem[]>();
    if (projects.length === 0) return problems;
    const counted = await this.dataSource
      .createQueryBuilder(Violation, 'violation')
      .select('violation.project', 'project')
      .addSelect('COUNT(*)', 'moved')
      .where("violation.project IN (:...projects) AND violation.state = 'open'", { projects })
      .groupBy('violation.project')
      .getRawMany<{ project: string; moved: string | number }>();
    for (const { project, moved } of counted) {
      problems.set(project, [{ code: 'project.problem.tags-moved', params: { count: Number(moved) } }]);
    }
    const alarms = await this.dataSource.manager.findBy(SweepAlarm, { openFor: In([...projects]) });
    for (const { project, vanished, moved } of alarms) {
      const alarm = { code: 'project.problem.sweep-alarm', params: { vanished, moved } } as const;
      problems.set(project, [...(problems.get(project) ?? []), alarm]);
    }
    return problems;
  }

  /** Of a project: as in lists, and what Berth could not put back, and what Harbor may collect although it is needed. */
  async list(project: string): Promise<TagProblem[]> {
    const brief = (await this.listBrief([project])).get(project) ?? [];
    const failed = await this.dataSource
      .createQueryBuilder(Restoration, 'restoration')
      .innerJoin(
        Violation,
        'violation',
        "violation.id = restoration.violationId AND violation.state = 'open'",
      )
      .where("restoration.project = :project AND restoration.state IN ('failed', 'stopped')", { project })
      .orderBy('restoration.id', 'DESC')
      .take(MAX_SHOWN)
      .getMany();
    const inDanger = await this.dataSource
      .createQueryBuilder(Hold, 'hold')
      .where('hold.project = :project AND hold.heldAt IS NULL', { project })
      .orderBy('hold.id', 'DESC')
      .take(MAX_SHOWN)
      .getMany();
    return [
      ...brief,
      ...failed.map(({ state, repository, tag }) => ({
        code: state === 'stopped' ? STOPPED : FAILED,
        params: { repository, tag },
      })),
      ...inDanger.map(({ repository, digest }) => this.dangerOf(repository, digest)),
    ];
  }

  /** Where holds are on, what keeps Berth from setting one is most often that somebody took its name. */
  private dangerOf(repository: string, digest: string): TagProblem {
    return this.config.tagRule.holds
      ? { code: 'project.problem.hold-not-set', params: { repository, digest, tag: holdTag(digest) } }
      : { code: 'project.problem.digest-in-danger', params: { repository, digest } };
  }

  /** What Berth's own tags keep in a project, as artifacts with all their layers added up. */
  async held(project: string): Promise<{ artifacts: number; sizeBytes: number }> {
    const sum = await this.dataSource
      .createQueryBuilder(Hold, 'hold')
      .select('COUNT(*)', 'artifacts')
      .addSelect('SUM(hold.sizeBytes)', 'sizeBytes')
      .where('hold.project = :project AND hold.heldAt IS NOT NULL', { project })
      .getRawOne<{ artifacts: string | number; sizeBytes: string | number | null }>();
    return { artifacts: Number(sum?.artifacts ?? 0), sizeBytes: Number(sum?.sizeBytes ?? 0) };
  }
}
