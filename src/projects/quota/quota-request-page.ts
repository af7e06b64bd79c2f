import type { PersonCaller } from '../../auth/caller';
import { Cursor, toPage, type Page } from '../../common/paging';
import { toQuotaRequestDto, type ListQuotaRequestsDto, type QuotaRequestDto } from './dto/quota-request.dto';
import type { QuotaRequestsService } from './quota-requests.service';

const cursor = new Cursor('quota-requests', { id: 'string' });

/** One page of a project's requests, or of everybody's, as it was asked for. */
export async function quotaRequestPage(
  requests: QuotaRequestsService,
  caller: PersonCaller,
  query: ListQuotaRequestsDto & { projectName?: string },
): Promise<Page<QuotaRequestDto>> {
  const { limit, state, projectName } = query;
  const filter = { state, projectName };
  const afterId = cursor.decode(query.cursor)?.id ?? null;
  const rows = await requests.list(caller, filter, afterId, limit + 1);
  const page = toPage(rows, limit, toQuotaRequestDto, ({ request }) => cursor.encode({ id: request.id }));
  return query.count ? { ...page, total: await requests.count(caller, filter) } : page;
}
