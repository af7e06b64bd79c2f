import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { IsNull, Not, type DataSource, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { type Actor, AuditService } from '../audit/audit.service';
import { Clock } from '../common/clock';
import { HarborClient } from '../harbor/harbor.client';
import { isRobotOf, LATE_MS } from './pull-robot';
import { PullSecret } from './pull-secret.entity';

/** The ends of pull secrets: whose call or time it was, their robots go, and then what Berth knows of them. */
@Injectable()
export class PullRobots {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly harbor: HarborClient,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** From here on the secret is nobody's any more, and its robot is to be deleted. */
  async retire(manager: EntityManager, which: FindOptionsWhere<PullSecret>): Promise<void> {
    const retired = { currentJobId: null, sealedLogin: null, makingUntil: null, dueAt: this.clock.now() };
    await manager.update(PullSecret, { currentJobId: Not(IsNull()), ...which }, retired);
  }

  /**
   * Deletes the robot of a retired secret, and forgets the secret. What was begun and has no robot yet may get one by a
   * call that is still on its way, and is looked at again.
   * @returns whether there is nothing left of it
   * @throws DomainError outages of Harbor
   */
  async remove(id: string, actor: Actor): Promise<boolean> {
    const secret = await this.dataSource.manager.findOneBy(PullSecret, { id });
    if (secret === null) return true;
    const found = await this.harbor.findSystemRobot(secret.harborName);
    const isThere = found !== null && isRobotOf(secret, found);
    if (isThere) await this.harbor.deleteRobot(found.id);
    const isLate = this.clock.now().getTime() - secret.createdAt.getTime() >= LATE_MS;
    if (secret.harborRobotId === null && !isThere && !isLate) return false;
    await this.dataSource.transaction(async (manager) => {
      const { affected } = await manager.delete(PullSecret, { id: secret.id });
      if (affected !== 1 || secret.harborRobotId === null) return;
      await this.audit.record(
        manager,
        actor,
        'pull-secret.ended',
        `${secret.jobId} for ${secret.forUsername}`,
      );
    });
    return true;
  }
}
