import { PAGE_SIZE } from './all-pages';
import type { components } from './harbor-api.generated';
import type { HarborOperation } from './harbor-operation';
import type { AuditPage, AuditRow } from './harbor.types';

/** A Harbor that is upgraded meanwhile begins the newer log, and writes no more rows in the older one. */
const LOOK_FOR_NEWER_MS = 10 * 60_000;

/** Rows with a greater id, of these operations and resources only; nothing is left out where they are empty. */
export interface AuditRowsAfter {
  afterId: number;
  /** 1 to 100. */
  limit: number;
  operations?: readonly string[];
  resourceTypes?: readonly string[];
}

type AuditQuery = {
  q: string;
  sort: string;
  page: number;
  page_size: number;
};

/** Harbor writes one of two logs: `auditlog-exts` since 2.13, `audit-logs` before. */
export class HarborAuditLog {
  private olderUntil = 0;

  async rows(harbor: HarborOperation, after: AuditRowsAfter): Promise<AuditPage> {
    return this.ask(harbor, { q: filter(after), sort: 'id', page: 1, page_size: after.limit });
  }

  async rowsWithIds(harbor: HarborOperation, ids: readonly number[]): Promise<AuditPage> {
    return this.ask(harbor, { q: `id={${ids.join(' ')}}`, sort: 'id', page: 1, page_size: PAGE_SIZE });
  }

  async newest(harbor: HarborOperation): Promise<AuditPage> {
    return this.ask(harbor, { q: 'id=[1~]', sort: '-id', page: 1, page_size: 1 });
  }

  private async ask(harbor: HarborOperation, query: AuditQuery): Promise<AuditPage> {
    if (performance.now() >= this.olderUntil) {
      const newer = await harbor.get('/auditlog-exts', { query });
      if (newer.ok) return page('auditlog-exts', newer.body, query.page_size);
      if (newer.meaning !== 'call-unknown') throw newer.rejection();
      this.olderUntil = performance.now() + LOOK_FOR_NEWER_MS;
    }
    const older = await harbor.get('/audit-logs', { query });
    if (!older.ok) throw older.rejection();
    return page('audit-logs', older.body, query.page_size);
  }
}

function filter({ afterId, operations = [], resourceTypes = [] }: AuditRowsAfter): string {
  const parts = [`id=[${afterId + 1}~]`];
  if (operations.length > 0) parts.push(`operation={${operations.join(' ')}}`);
  if (resourceTypes.length > 0) parts.push(`resource_type={${resourceTypes.join(' ')}}`);
  return parts.join(',');
}

function page(log: AuditPage['log'], found: components['schemas']['AuditRow'][], limit: number): AuditPage {
  return { log, items: found.map(row), hasMore: found.length === limit };
}

function row(found: components['schemas']['AuditRow']): AuditRow {
  return {
    id: found.id,
    at: new Date(found.op_time),
    operation: found.operation,
    resourceType: found.resource_type,
    resource: found.resource,
    username: found.username ?? '',
    description: found.operation_description ?? '',
  };
}
