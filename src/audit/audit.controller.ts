import { Controller, Get, Headers, Query, StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { Allow } from '../auth/roles.decorator';
import type { Page } from '../common/paging';
import { AuditPages } from './audit-pages';
import { AuditEntryDto } from './dto/audit-entry.dto';
import { ListAuditDto } from './dto/list-audit.dto';
import { isNdjsonAsked, NDJSON } from './ndjson';

@ApiTags('Admin and operations')
@Controller('admin/audit')
@Allow('admin')
export class AuditController {
  constructor(private readonly pages: AuditPages) {}

  @Get()
  @ApiOperation({
    summary: 'Who did what',
    description:
      `Newest first. With "Accept: ${NDJSON}" every row that fits, one a line, from the cursor on; \`limit\` and ` +
      '`count` mean nothing then. An answer that breaks off is cut without a last line’s end.',
  })
  @ApiExtraModels(AuditEntryDto)
  @ApiOkResponse({
    content: {
      'application/json': {
        schema: {
          type: 'object',
          required: ['items', 'nextCursor'],
          properties: {
            items: { type: 'array', items: { $ref: getSchemaPath(AuditEntryDto) } },
            nextCursor: { type: 'string', nullable: true },
            total: { type: 'integer', description: 'Only with count=true.' },
          },
        },
      },
      [NDJSON]: { schema: { $ref: getSchemaPath(AuditEntryDto) } },
    },
  })
  async list(
    @Query() query: ListAuditDto,
    @Headers('accept') accept?: string,
  ): Promise<Page<AuditEntryDto> | StreamableFile> {
    return isNdjsonAsked(accept)
      ? new StreamableFile(await this.pages.stream(query), { type: NDJSON })
      : this.pages.list(query);
  }
}
