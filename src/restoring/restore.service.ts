import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThanOrEqual, type EntityManager, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService, type Actor } from '../audit/audit.service';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import type { MessageCode } from '../common/messages.en';
import { isUniqueViolation } from '../database/database-errors';
import { DriftRecords } from '../projects/drift/drift-records.service';
import { DriftRepair } from '../projects/drift/drift-repair';
import { ProjectLeases } from '../projects/project-lease';
import type { Project } from '../projects/project.entity';
import { ProjectsService } from '../projects/projects.service';
import { RuleExemption } from '../projects/immutable-rules/rule-exemption';
import { TagRecordsService, type TagName } from '../tag-rule/tag-records.service';
import type { Violation } from '../tag-rule/violations/violation.entity';
import { Restoration } from './restoration.entity';
import { TagMover } from './tag-mover';

/** Within this time the rounds with an owner who moves the tag again are counted. */
const ROUNDS_MS = 24 * 3_600_000;
const MAX_ROUNDS = 3;
const CLAIM_MS = 60_000;

/** Puts back what was moved, and the tag rule with it. */
@Injectable()
export class RestoreService {
  constructor(
    @InjectRepository(Restoration) private readonly restorations: Repository<Restoration>,
    private readonly projects: ProjectsService,
    private readonly leases: ProjectLeases,
    private readonly exemption: RuleExemption,
    private readonly repairs: DriftRepair,
    private readonly drifts: DriftRecords,
    private readonly tagRecords: TagRecordsService,
    private readonly mover: TagMover,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Nothing happens when the tag is back already. Idempotent.
   * @throws DomainError conflict `violation.project-not-kept`, `project.replaced`, `project.gone`; as TagMover.put;
   *   outages of Harbor
   */
  async restore(violation: Violation, actor: Actor): Promise<void> {
    const { project: projectName, repository, tag } = violation;
    const name = { project: projectName, repository, tag };
    const project = await this.keptProject(projectName);
    const { record, state } = await this.tagRecords.check(name);
    if (record === null || state === 'unknown' || record.harborProjectId !== project.harborProjectId) {
      throw new DomainError('conflict', 'project.replaced', { project: projectName });
    }
    const { recordedDigest } = record;
    if (recordedDigest === null || state === 'as-recorded') {
      await this.note(violation, { state: 'done', username: nameOf(actor), problem: null, dueAt: null });
      return;
    }
    await this.putRuleBack(project, actor);
    const isWanted = async (): Promise<boolean> => this.isAstray(name, recordedDigest);
    await this.mover.put(project, name, recordedDigest, isWanted, async (manager) => {
      await this.note(
        violation,
        { state: 'done', username: nameOf(actor), problem: null, dueAt: null },
        manager,
      );
      await this.audit.record(
        manager,
        actor,
        'tag.restored',
        `${projectName}/${repository}:${tag} ${recordedDigest}`,
      );
    });
  }

  /** Did the owner move this tag again so often, after Berth put it back, that Berth leaves it to people? */
  async isTooOften({ tagRecordId }: Violation): Promise<boolean> {
    const rounds = await this.restorations
      .createQueryBuilder('restoration')
      .where('restoration.tagRecordId = :tagRecordId', { tagRecordId })
      .andWhere("restoration.state = 'done' AND restoration.username IS NULL")
      .andWhere('restoration.doneAt > :since', { since: new Date(this.clock.now().getTime() - ROUNDS_MS) })
      .getCount();
    return rounds >= MAX_ROUNDS;
  }

  /**
   * Takes it upon this replica to put the tag back, for a minute: then another may try. False when another has.
   */
  async claim({ id: violationId, tagRecordId, project, repository, tag }: Violation): Promise<boolean> {
    const now = this.clock.now();
    const dueAt = new Date(now.getTime() + CLAIM_MS);
    const claimed = await this.restorations.update({ violationId, dueAt: LessThanOrEqual(now) }, { dueAt });
    if (claimed.affected === 1) return true;
    const outcome = { state: 'due', username: null, problem: null, dueAt, doneAt: null, tries: 0 } as const;
    const row = { id: uuidv7(), violationId, tagRecordId, project, repository, tag, ...outcome };
    try {
      await this.restorations.insert(row);
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  async find(violationId: string): Promise<Restoration | null> {
    return this.restorations.findOneBy({ violationId });
  }

  async findByViolations(ids: readonly string[]): Promise<ReadonlyMap<string, Restoration>> {
    if (ids.length === 0) return new Map();
    const found = await this.restorations
      .createQueryBuilder('restoration')
      .where('restoration.violationId IN (:...ids)', { ids })
      .getMany();
    return new Map(found.map((one) => [one.violationId, one]));
  }

  /** Writes down what became of it. */
  async note(
    violation: Violation,
    outcome: Pick<Restoration, 'state' | 'dueAt' | 'username'> & { problem: MessageCode | null },
    manager: EntityManager = this.restorations.manager,
  ): Promise<void> {
    const { id: violationId, tagRecordId, project, repository, tag } = violation;
    const doneAt = outcome.state === 'done' ? this.clock.now() : null;
    const known = await manager.findOneBy(Restoration, { violationId });
    if (known !== null) {
      const change = { ...outcome, doneAt, tries: known.tries + 1 };
      await manager.update(Restoration, { id: known.id }, change);
      return;
    }
    const row = { id: uuidv7(), violationId, tagRecordId, project, repository, tag, tries: 1 };
    await manager.insert(Restoration, { ...row, ...outcome, doneAt });
  }

  /** Not accepted where it is, and not deleted through Berth, while putting it back waited for its turn. */
  private async isAstray(name: TagName, recordedDigest: string): Promise<boolean> {
    const record = await this.tagRecords.find(name);
    return record !== null && record.retiredAt === null && record.recordedDigest === recordedDigest;
  }

  private async keptProject(name: string): Promise<Project> {
    const project = await this.projects.findByName(name);
    if (project === null || project.harborProjectId === null)
      throw new DomainError('conflict', 'violation.project-not-kept', { project: name });
    await this.projects.observe(project);
    return project;
  }

  /** Else the tag would be moved again at once. */
  private async putRuleBack(project: Project, actor: Actor): Promise<void> {
    if ((await this.projects.observeTagRule(project.name)).need === 'nothing') return;
    await this.leases.hold(project.id, async (lease, held) => {
      await this.exemption.closeAll(held, lease);
      await this.repairs.apply(held, { kind: 'rule' }, lease);
      await lease.transaction(async (manager) => {
        await this.drifts.settled(manager, held.id, 'project');
        await this.audit.record(manager, actor, 'project.drift-repaired', `${held.name} tag-rule`);
      });
    });
  }
}

/** Null: no person, but the policy. */
function nameOf(actor: Actor): string | null {
  return typeof actor === 'string' || actor.kind !== 'person' ? null : actor.username;
}
