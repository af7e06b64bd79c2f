import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, type EntityManager, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../../common/clock';
import { Metrics } from '../../metrics/metrics';
import { driftCodesOf, type Drift, type DriftCode, type SettledPart } from './drift';
import { DriftRecord } from './drift-record.entity';
import type { ProjectProblem } from '../project-problems';
import { Project } from '../project.entity';

export type { ProjectProblem };

/** What was seen to drift, and whether it still does. */
@Injectable()
export class DriftRecords implements OnModuleInit {
  constructor(
    @InjectRepository(DriftRecord) private readonly records: Repository<DriftRecord>,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.readGauge<'code'>(
      {
        name: 'berth_drift_open',
        help: 'What differs in Harbor from what should be, as last seen, by its code',
        labels: ['code'],
      },
      async () => [...(await this.countOpen())].map(([code, value]) => ({ labels: { code }, value })),
    );
  }

  /** The open drifts of these projects as problems, by the project's id; projects without any are left out. */
  async findProblems(projectIds: readonly string[]): Promise<Map<string, ProjectProblem[]>> {
    if (projectIds.length === 0) return new Map();
    const open = await this.records.find({
      where: { projectId: In([...projectIds]), endedAt: IsNull() },
      order: { code: 'ASC', subject: 'ASC' },
    });
    const problems = new Map<string, ProjectProblem[]>();
    for (const { projectId, code, params } of open) {
      problems.set(projectId, [...(problems.get(projectId) ?? []), { code, params }]);
    }
    return problems;
  }

  async haveOpen(projectId: string): Promise<boolean> {
    return this.records.existsBy({ projectId, endedAt: IsNull() });
  }

  /**
   * Ends what a change through Berth settled, so that nobody is told of it until the next comparison.
   * @param subject of one member; of all when left out
   */
  async settled(
    manager: EntityManager,
    projectId: string,
    part: SettledPart,
    subject?: string,
  ): Promise<void> {
    const open = { projectId, code: In(driftCodesOf(part)), endedAt: IsNull() };
    const which = subject === undefined ? open : { ...open, subject };
    await manager.update(DriftRecord, which, { endedAt: this.clock.now() });
  }

  /** Of a project that is not kept any more nothing drifts. */
  async forget(manager: EntityManager, projectId: string): Promise<void> {
    await manager.delete(DriftRecord, { projectId });
  }

  /** How many are open, by code. */
  async countOpen(): Promise<Map<DriftCode, number>> {
    const counted = await this.records
      .createQueryBuilder('drift')
      .innerJoin(Project, 'project', 'project.id = drift.projectId')
      .select('drift.code', 'code')
      .addSelect('COUNT(*)', 'open')
      .where('drift.endedAt IS NULL')
      .groupBy('drift.code')
      .getRawMany<{ code: DriftCode; open: string | number }>();
    return new Map(counted.map(({ code, open }) => [code, Number(open)]));
  }

  /** Writes down what one whole look at a project found: what it did not find has ended. */
  async record(manager: EntityManager, projectId: string, found: readonly Drift[]): Promise<void> {
    const now = this.clock.now();
    const known = await manager.findBy(DriftRecord, { projectId });
    for (const drift of found) {
      const row = known.find((one) => isSame(one, drift));
      if (row === undefined) {
        const { code, subject, params } = drift;
        const seen = { firstSeenAt: now, lastSeenAt: now, repairedAt: null, endedAt: null };
        await manager.insert(DriftRecord, { id: uuidv7(), projectId, code, subject, params, ...seen });
      } else {
        const firstSeenAt = row.endedAt === null ? row.firstSeenAt : now;
        const seen = { firstSeenAt, lastSeenAt: now, repairedAt: null, endedAt: null };
        await manager.update(DriftRecord, { id: row.id }, { params: drift.params, ...seen });
      }
    }
    const over = known.filter((row) => row.endedAt === null && !found.some((drift) => isSame(row, drift)));
    if (over.length === 0) return;
    await manager.update(DriftRecord, { id: In(over.map(({ id }) => id)) }, { endedAt: now });
  }

  /** Writes down that Berth put a recorded drift right. */
  async end(manager: EntityManager, projectId: string, { code, subject }: Drift): Promise<void> {
    const now = this.clock.now();
    await manager.update(DriftRecord, { projectId, code, subject }, { repairedAt: now, endedAt: now });
  }
}

function isSame(row: DriftRecord, { code, subject }: Drift): boolean {
  return row.code === code && row.subject === subject;
}
