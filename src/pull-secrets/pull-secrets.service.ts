import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { IsNull, type DataSource, type FindOptionsWhere } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService, type Subject } from '../audit/audit.service';
import type { ServiceCaller } from '../auth/caller';
import { PersonsService } from '../auth/persons.service';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { deriveKey, open, seal } from '../common/secret-keys';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isUniqueViolation } from '../database/database-errors';
import { databaseTimeSql } from '../database/database-time';
import { HarborClient } from '../harbor/harbor.client';
import { lookUpAll } from '../jobs/job-lookups';
import { readJobQuestion, type JobQuestion } from '../jobs/job-question';
import { LookupService } from '../lookup/lookup.service';
import type { RegistryLogin } from './docker-config';
import { OpenedProjects } from './opened-projects';
import { backstopDays, newPullRobotMark, pullPermissions, pullRobotName } from './pull-robot';
import { PullRobots } from './pull-robots';
import { PullSecret, type OpenedProject } from './pull-secret.entity';

/** A making holds this many of Harbor's deadlines, and one call waits that long for another. */
const DEADLINES_OF_A_MAKING = 3;
const LOOK_AGAIN_MS = 50;
/** A day: whether the tag moved is the lookup's matter, not that of who may pull. */
const ANY_AGE_MS = 86_400_000;

export interface WantedPullSecret {
  /** The username whose job it is. */
  for: string;
  jobId: string;
  links: readonly string[];
  ttlSeconds: number;
}

export interface IssuedPullSecret {
  id: string;
  expiresAt: Date;
  opens: readonly OpenedProject[];
  login: RegistryLogin;
}

/** Robots in Harbor that pull for one job each, and end with it. */
@Injectable()
export class PullSecretsService {
  private readonly key: Buffer;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly lookups: LookupService,
    private readonly opened: OpenedProjects,
    private readonly robots: PullRobots,
    private readonly persons: PersonsService,
    private readonly harbor: HarborClient,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.key = deriveKey(config.secretsKey, 'pull secrets');
  }

  /**
   * A secret that pulls in the projects of these links until it expires or is ended. The same again is the same secret
   * while it lives, also while Harbor is away.
   * @throws DomainError conflict `pull-secret.other-question`, `pull-secret.busy`; as LookupService.lookup and
   *   OpenedProjects.of; outages of Harbor
   */
  async issue(caller: ServiceCaller, wanted: WantedPullSecret): Promise<IssuedPullSecret> {
    const question = readJobQuestion(wanted.for, wanted.links, this.config.registry);
    const person = await this.persons.findByUsername(wanted.for);
    const subject = person === null ? undefined : { id: person.id, username: person.username };
    const target = targetOf(wanted.jobId, wanted.for);
    const attempted = { actor: caller, action: 'pull-secret.issued' as const, target };
    return this.audit.attempt({ ...attempted, ...(subject === undefined ? {} : { subject }) }, async () => {
      const endsAt = performance.now() + this.makingMs;
      for (;;) {
        const current = await this.findCurrent(caller, wanted.jobId);
        const issued = current === null ? null : await this.resume(current, question, endsAt);
        if (issued !== null) return issued;
        if (current !== null) continue;
        const found = await lookUpAll(this.lookups, caller, question, ANY_AGE_MS);
        const opens = await this.opened.of(person, wanted.for, found);
        const claimed = await this.claim(caller, wanted, question, opens);
        if (claimed !== null) return this.make(caller, claimed, subject);
      }
    });
  }

  /**
   * The secret stops working at once. Nothing happens when there is none, or it is another scheduler's. When Harbor
   * fails in the middle, the secret is ending, and the janitor deletes its robot.
   * @throws DomainError outages of Harbor
   */
  async end(caller: ServiceCaller, id: string): Promise<void> {
    const secret = await this.dataSource.manager.findOneBy(PullSecret, { id, tokenId: caller.tokenId });
    if (secret === null) return;
    const target = targetOf(secret.jobId, secret.forUsername);
    await this.audit.attempt({ actor: caller, action: 'pull-secret.ended', target }, async () => {
      await this.robots.retire(this.dataSource.manager, { id });
      await this.robots.remove(id, caller);
    });
  }

  /** The current secret of the question; null when the job may have another now. */
  private async resume(
    current: PullSecret,
    question: JobQuestion,
    endsAt: number,
  ): Promise<IssuedPullSecret | null> {
    if (current.expiresAt <= this.clock.now()) return this.retire(current);
    if (current.question !== question.fingerprint) {
      throw new DomainError('conflict', 'pull-secret.other-question', { jobId: current.jobId });
    }
    if (current.sealedLogin !== null) {
      const login = this.openLogin(current);
      // Sealed with a key that is no more.
      return login === null ? this.retire(current) : issuedOf(current, login);
    }
    if (!(await this.isBeingMade(current))) return this.retire(current, { sealedLogin: IsNull() });
    if (performance.now() >= endsAt) {
      throw new DomainError('conflict', 'pull-secret.busy', {}, { retryAfterSeconds: 5 });
    }
    await sleep(LOOK_AGAIN_MS);
    return null;
  }

  private async retire({ id }: PullSecret, still: FindOptionsWhere<PullSecret> = {}): Promise<null> {
    await this.robots.retire(this.dataSource.manager, { id, ...still });
    return null;
  }

  /** Null when another call was first. */
  private async claim(
    caller: ServiceCaller,
    { jobId, for: forUsername, ttlSeconds }: WantedPullSecret,
    question: JobQuestion,
    opens: OpenedProject[],
  ): Promise<PullSecret | null> {
    const now = this.clock.now();
    const id = uuidv7();
    const secret = {
      id,
      tokenId: caller.tokenId,
      jobId,
      currentJobId: jobId,
      forUsername,
      question: question.fingerprint,
      opens,
      harborName: pullRobotName(id),
      intentMark: newPullRobotMark(),
      harborRobotId: null,
      sealedLogin: null,
      expiresAt: new Date(now.getTime() + ttlSeconds * 1000),
      dueAt: new Date(now.getTime() + this.makingMs * 2),
      createdAt: now,
    };
    const makingUntil = (): string => databaseTimeSql(this.dataSource, this.makingMs / 1000);
    try {
      await this.dataSource
        .createQueryBuilder()
        .insert()
        .into(PullSecret)
        .values({ ...secret, makingUntil })
        .updateEntity(false)
        .execute();
    } catch (error) {
      if (isUniqueViolation(error, 'uq_pull_secrets_current')) return null;
      throw error;
    }
    return { ...secret, makingUntil: null };
  }

  private async make(
    caller: ServiceCaller,
    secret: PullSecret,
    subject: Subject | undefined,
  ): Promise<IssuedPullSecret> {
    const { id, harborName, intentMark, opens, expiresAt, jobId, forUsername } = secret;
    try {
      const made = await this.harbor.createRobot({
        name: harborName,
        description: intentMark,
        level: 'system',
        durationDays: backstopDays(this.clock.now(), expiresAt),
        permissions: pullPermissions(opens.map(({ project }) => project)),
      });
      if (made.outcome === 'exists') throw new DomainError('conflict', 'harbor.changed');
      const login = { username: made.name, password: made.secret };
      const known = {
        harborRobotId: made.id,
        sealedLogin: seal(this.key, JSON.stringify(login), id),
        makingUntil: null,
        dueAt: expiresAt,
      };
      await this.dataSource.transaction(async (manager) => {
        const mine = { id, currentJobId: jobId, harborRobotId: IsNull() };
        const { affected } = await manager.update(PullSecret, mine, known);
        if (affected !== 1)
          throw new DomainError('conflict', 'pull-secret.busy', {}, { retryAfterSeconds: 5 });
        await this.audit.record(manager, caller, 'pull-secret.issued', targetOf(jobId, forUsername), subject);
      });
      return issuedOf(secret, login);
    } catch (error) {
      // Where this fails too, the making ends by itself.
      await this.robots.retire(this.dataSource.manager, { id }).catch(() => undefined);
      throw error;
    }
  }

  private async findCurrent({ tokenId }: ServiceCaller, jobId: string): Promise<PullSecret | null> {
    return this.dataSource.manager.findOneBy(PullSecret, { tokenId, currentJobId: jobId });
  }

  private async isBeingMade({ id }: PullSecret): Promise<boolean> {
    return this.dataSource
      .createQueryBuilder(PullSecret, 'secret')
      .where('secret.id = :id', { id })
      .andWhere(
        `(secret.sealedLogin IS NOT NULL OR secret.makingUntil >= ${databaseTimeSql(this.dataSource)})`,
      )
      .getExists();
  }

  private openLogin({ id, sealedLogin }: PullSecret): RegistryLogin | null {
    const text = sealedLogin === null ? null : open(this.key, sealedLogin, id);
    if (text === null) return null;
    const login: unknown = JSON.parse(text);
    return isLogin(login) ? login : null;
  }

  private get makingMs(): number {
    return Math.ceil((DEADLINES_OF_A_MAKING * this.config.harbor.deadlineMs) / 1000) * 1000;
  }
}

function isLogin(value: unknown): value is RegistryLogin {
  return (
    typeof value === 'object' &&
    value !== null &&
    'username' in value &&
    'password' in value &&
    typeof value.username === 'string' &&
    typeof value.password === 'string'
  );
}

function targetOf(jobId: string, forUsername: string): string {
  return `${jobId} for ${forUsername}`;
}

function issuedOf({ id, expiresAt, opens }: PullSecret, login: RegistryLogin): IssuedPullSecret {
  return { id, expiresAt, opens, login };
}
