import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { PersonCaller } from '../../auth/caller';
import { CurrentPerson } from '../../auth/current-caller.decorator';
import { Allow } from '../../auth/roles.decorator';
import { RequestLanguage } from '../../common/language.decorator';
import type { Language } from '../../common/messages';
import { ApiProblem } from '../../common/openapi-problem';
import { ApiPage, type Page } from '../../common/paging';
import { ListQuotaRequestsDto, QuotaRequestDto } from './dto/quota-request.dto';
import { QuotaSetDto, SetQuotaDto, toQuotaSetDto } from './dto/quota.dto';
import { ApiHarborProblems } from '../harbor-problems.decorator';
import { quotaRequestPage } from './quota-request-page';
import { QuotaRequestsService } from './quota-requests.service';
import { QuotaService } from './quota.service';

@ApiTags('Admin')
@Controller('admin')
@Allow('admin')
export class QuotaAdministrationController {
  constructor(
    private readonly quotas: QuotaService,
    private readonly requests: QuotaRequestsService,
  ) {}

  @Put('projects/:project/quota')
  @ApiOperation({
    summary: 'Set the quota of a project',
    description:
      'Less than what is used is accepted, with a warning: pushes are refused until there is room.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiOkResponse({ type: QuotaSetDto })
  @ApiProblem('not-found', 'project.not-found')
  @ApiProblem(
    'conflict',
    'project.no-quota',
    'project.busy',
    'project.unfinished',
    'project.gone',
    'project.replaced',
  )
  @ApiHarborProblems()
  async set(
    @CurrentPerson() admin: PersonCaller,
    @Param('project') project: string,
    @Body() { quotaBytes }: SetQuotaDto,
    @RequestLanguage() language: Language,
  ): Promise<QuotaSetDto> {
    return toQuotaSetDto(project, await this.quotas.set(admin, project, quotaBytes), language);
  }

  @Get('quota-requests')
  @ApiOperation({
    summary: 'The quota requests of all projects, newest first',
    description: 'With `state=open`: those that wait for a decision.',
  })
  @ApiPage(QuotaRequestDto)
  async list(
    @CurrentPerson() admin: PersonCaller,
    @Query() query: ListQuotaRequestsDto,
  ): Promise<Page<QuotaRequestDto>> {
    return quotaRequestPage(this.requests, admin, query);
  }
}
