import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, type EntityManager, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../audit/audit.service';
import { aboutServiceToken } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { Cursor, toPage, type Page } from '../common/paging';
import { isUniqueViolation } from '../database/database-errors';
import type { Caller, ServiceCaller } from './caller';
import { hashOfToken, newSecretToken, SERVICE_TOKEN_PREFIX } from './secret-token';
import { ServiceToken, type ServiceTokenKind } from './service-token.entity';

const LAST_USE_MS = 60_000;

const CURSOR = new Cursor('service-tokens', { id: 'string' });

/** A token as it was made: `secret` is shown once and kept nowhere. */
export interface IssuedServiceToken {
  token: ServiceToken;
  secret: string;
}

/** The tokens of the scheduler and of the platform. */
@Injectable()
export class ServiceTokensService {
  private readonly logger = new Logger(ServiceTokensService.name);

  constructor(
    @InjectRepository(ServiceToken) private readonly tokens: Repository<ServiceToken>,
    private readonly clock: Clock,
    private readonly audit: AuditService,
    private readonly changes: Changes,
  ) {}

  /**
   * Makes a token in the name of `caller`; null is the command line, which the database's owner alone can use.
   * @throws DomainError conflict `service-token.name-taken` while another that is not revoked has the name
   */
  async create(kind: ServiceTokenKind, name: string, caller: Caller | null): Promise<IssuedServiceToken> {
    const secret = newSecretToken(SERVICE_TOKEN_PREFIX);
    const token = this.tokens.create({
      id: uuidv7(),
      kind,
      name,
      liveName: name,
      hash: hashOfToken(secret),
      createdAt: this.clock.now(),
      createdBy: caller?.kind === 'person' ? caller.username : null,
      lastUsedAt: null,
      revokedAt: null,
    });
    try {
      await this.tokens.manager.transaction(async (manager) => {
        await manager.insert(ServiceToken, token);
        await this.audit.record(manager, caller ?? 'operator', 'service-token.created', targetOf(token));
      });
    } catch (error) {
      if (!isUniqueViolation(error, 'uq_service_tokens_live_name')) throw error;
      throw new DomainError('conflict', 'service-token.name-taken', { name });
    }
    return { token, secret };
  }

  /** Those that are not revoked, the oldest first. */
  async list(limit: number, cursor: string | undefined, withTotal: boolean): Promise<Page<ServiceToken>> {
    const after = CURSOR.decode(cursor);
    const query = this.tokens.createQueryBuilder('token').where('token.revokedAt IS NULL');
    const total = withTotal ? { total: await query.getCount() } : {};
    if (after !== null) query.andWhere('token.id > :id', { id: after.id });
    const rows = await query
      .orderBy('token.id')
      .take(limit + 1)
      .getMany();
    const page = toPage(
      rows,
      limit,
      (row) => row,
      ({ id }) => CURSOR.encode({ id }),
    );
    return { ...page, ...total };
  }

  /** Idempotent: does nothing where there is no such token. */
  async revoke(id: string, caller: Caller): Promise<void> {
    await this.tokens.manager.transaction(async (manager) => {
      const token = await manager.findOneBy(ServiceToken, { id, revokedAt: IsNull() });
      if (token === null || !(await this.markRevoked(manager, id))) return;
      await this.audit.record(manager, caller, 'service-token.revoked', targetOf(token));
      await this.changes.record(manager, aboutServiceToken(id));
    });
  }

  /** Null when no token has this hash, or it was revoked. Notes its use. */
  async findByHash(hash: string): Promise<ServiceCaller | null> {
    const token = await this.tokens.findOneBy({ hash, revokedAt: IsNull() });
    if (token === null) return null;
    void this.noteUse(token);
    return { kind: token.kind, tokenId: token.id, tokenName: token.name };
  }

  private async markRevoked(manager: EntityManager, id: string): Promise<boolean> {
    const revokedAt = this.clock.now();
    const revoked = { revokedAt, liveName: null };
    const { affected } = await manager.update(ServiceToken, { id, revokedAt: IsNull() }, revoked);
    return affected === 1;
  }

  /** Beside the request: a database that cannot be written must not keep the scheduler from reading. */
  private async noteUse({ id, lastUsedAt }: ServiceToken): Promise<void> {
    const now = this.clock.now();
    if (lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() < LAST_USE_MS) return;
    try {
      await this.tokens.update({ id, lastUsedAt: lastUsedAt ?? IsNull() }, { lastUsedAt: now });
    } catch (error) {
      this.logger.warn({ msg: 'the last use of a service token could not be noted', err: error });
    }
  }
}

function targetOf({ kind, name, id }: ServiceToken): string {
  return `${kind} ${name} (${id})`;
}
