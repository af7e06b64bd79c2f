import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { PersonCaller } from '../auth/caller';
import { CurrentPerson } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { ApiPage, PageQuery, type Page } from '../common/paging';
import { AuditPages } from './audit-pages';
import { AuditEntryDto } from './dto/audit-entry.dto';

@ApiTags('The registry and my account')
@Controller('account/activity')
export class ActivityController {
  constructor(private readonly pages: AuditPages) {}

  @Get()
  @Allow('person')
  @ApiOperation({
    summary: 'What was done by me, for me and to me',
    description: 'My rows of the audit log, newest first, also where an admin or the platform acted.',
  })
  @ApiPage(AuditEntryDto)
  async list(@CurrentPerson() person: PersonCaller, @Query() query: PageQuery): Promise<Page<AuditEntryDto>> {
    return this.pages.listOf(person.personId, query);
  }
}
