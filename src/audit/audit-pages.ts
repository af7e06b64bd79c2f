import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { PersonsService } from '../auth/persons.service';
import { Cursor, toPage, type Page, type PageQuery } from '../common/paging';
import type { AuditEntry } from './audit-entry.entity';
import { AuditLog, type AuditFilter } from './audit-log.service';
import { AuditEntryDto, toAuditEntryDto } from './dto/audit-entry.dto';
import type { ListAuditDto } from './dto/list-audit.dto';
import { toNdjson } from './ndjson';

const CURSOR = new Cursor('audit', { id: 'string' });

/** The audit log as it is answered: in pages, or in one stream. */
@Injectable()
export class AuditPages {
  constructor(
    private readonly log: AuditLog,
    private readonly persons: PersonsService,
  ) {}

  async list(query: ListAuditDto): Promise<Page<AuditEntryDto>> {
    const filter = await this.filterOf(query);
    return filter === null ? this.nothing(query) : this.page(filter, query);
  }

  async listOf(forPersonId: string, query: PageQuery): Promise<Page<AuditEntryDto>> {
    return this.page({ forPersonId }, query);
  }

  /** The first page is read before the answer begins, so that a database that is away can still be told. */
  async stream(query: ListAuditDto): Promise<Readable> {
    const filter = await this.filterOf(query);
    if (filter === null) return Readable.from([]);
    const pages = this.log.pages(filter, CURSOR.decode(query.cursor)?.id ?? null);
    const first = await pages.next();
    return Readable.from(lines(first.done === true ? [] : first.value, pages));
  }

  private async page(filter: AuditFilter, { limit, cursor, count }: PageQuery): Promise<Page<AuditEntryDto>> {
    const afterId = CURSOR.decode(cursor)?.id ?? null;
    const rows = await this.log.list(filter, afterId, limit + 1);
    const page = toPage(rows, limit, toAuditEntryDto, ({ id }) => CURSOR.encode({ id }));
    return count ? { ...page, total: await this.log.count(filter) } : page;
  }

  /** Null when nothing can fit: nobody has that username. */
  private async filterOf({
    person,
    actor,
    action,
    outcome,
    from,
    to,
  }: ListAuditDto): Promise<AuditFilter | null> {
    const known = person === undefined ? undefined : await this.persons.findByUsername(person);
    if (known === null) return null;
    return {
      ...(known === undefined ? {} : { forPersonId: known.id }),
      ...(actor === undefined ? {} : { actorName: actor }),
      ...(action === undefined ? {} : { action }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    };
  }

  private nothing({ cursor, count }: PageQuery): Page<AuditEntryDto> {
    CURSOR.decode(cursor);
    return { items: [], nextCursor: null, ...(count ? { total: 0 } : {}) };
  }
}

async function* lines(first: AuditEntry[], others: AsyncIterable<AuditEntry[]>): AsyncGenerator<string> {
  yield toNdjson(first.map(toAuditEntryDto));
  for await (const page of others) yield toNdjson(page.map(toAuditEntryDto));
}
