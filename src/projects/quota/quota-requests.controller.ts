import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { PersonCaller } from '../../auth/caller';
import { CurrentPerson } from '../../auth/current-caller.decorator';
import { Allow } from '../../auth/roles.decorator';
import { ApiProblem } from '../../common/openapi-problem';
import { ApiPage, type Page } from '../../common/paging';
import {
  AskForQuotaDto,
  DecideQuotaRequestDto,
  ListQuotaRequestsDto,
  QuotaRequestDto,
  toQuotaRequestDto,
} from './dto/quota-request.dto';
import { ApiHarborProblems } from '../harbor-problems.decorator';
import { quotaRequestPage } from './quota-request-page';
import { QuotaRequestsService } from './quota-requests.service';

@ApiTags('Projects')
@Controller('projects/:project/quota-requests')
export class QuotaRequestsController {
  constructor(private readonly requests: QuotaRequestsService) {}

  @Post()
  @Allow('person')
  @ApiOperation({
    summary: 'Ask for more room',
    description: 'For whoever may push to the project. An admin decides; one request at a time is open.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiCreatedResponse({ type: QuotaRequestDto, headers: { Location: { schema: { type: 'string' } } } })
  @ApiProblem('forbidden', 'project.role-too-low')
  @ApiProblem('not-found', 'project.not-found')
  @ApiProblem('invalid', 'project.quota-not-more')
  @ApiProblem('conflict', 'quota-request.open', 'project.gone', 'project.replaced')
  @ApiHarborProblems()
  async ask(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Body() body: AskForQuotaDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<QuotaRequestDto> {
    const asked = await this.requests.ask(person, project, body);
    reply.header('location', `/api/v1/projects/${asked.project}/quota-requests/${asked.request.id}`);
    return toQuotaRequestDto(asked);
  }

  @Get()
  @Allow('person')
  @ApiOperation({
    summary: 'The quota requests of a project, newest first',
    description:
      'Open ones and decided ones, with the note of the admin. For whoever may push to the project.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiPage(QuotaRequestDto)
  @ApiProblem('forbidden', 'project.role-too-low')
  @ApiProblem('not-found', 'project.not-found')
  @ApiProblem('conflict', 'project.gone', 'project.replaced')
  @ApiHarborProblems()
  async list(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Query() query: ListQuotaRequestsDto,
  ): Promise<Page<QuotaRequestDto>> {
    return quotaRequestPage(this.requests, person, { ...query, projectName: project });
  }

  @Get(':id')
  @Allow('person')
  @ApiOperation({
    summary: 'One quota request',
    description: 'What was asked for, why, and what an admin decided.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiOkResponse({ type: QuotaRequestDto })
  @ApiProblem('forbidden', 'project.role-too-low')
  @ApiProblem('not-found', 'project.not-found', 'quota-request.not-found')
  @ApiProblem('conflict', 'project.gone', 'project.replaced')
  @ApiHarborProblems()
  async get(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Param('id', ParseUUIDPipe) id: string,
  ): Promise<QuotaRequestDto> {
    return toQuotaRequestDto(await this.requests.get(person, project, id));
  }

  @Post(':id/grant')
  @Allow('admin')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Grant a quota request',
    description:
      'Gives the project what was asked for; a project that has more by now keeps it. Again is harmless.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiOkResponse({ type: QuotaRequestDto })
  @ApiProblem('not-found', 'project.not-found', 'quota-request.not-found')
  @ApiProblem(
    'conflict',
    'quota-request.decided',
    'project.no-quota',
    'project.busy',
    'project.unfinished',
    'project.gone',
    'project.replaced',
  )
  @ApiHarborProblems()
  async grant(
    @CurrentPerson() admin: PersonCaller,
    @Param('project') project: string,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { note }: DecideQuotaRequestDto,
  ): Promise<QuotaRequestDto> {
    return toQuotaRequestDto(await this.requests.grant(admin, project, id, note ?? null));
  }

  @Post(':id/decline')
  @Allow('admin')
  @HttpCode(200)
  @ApiOperation({ summary: 'Decline a quota request', description: 'Say why in the note.' })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiOkResponse({ type: QuotaRequestDto })
  @ApiProblem('not-found', 'project.not-found', 'quota-request.not-found')
  @ApiProblem('conflict', 'quota-request.decided', 'project.busy')
  async decline(
    @CurrentPerson() admin: PersonCaller,
    @Param('project') project: string,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { note }: DecideQuotaRequestDto,
  ): Promise<QuotaRequestDto> {
    return toQuotaRequestDto(await this.requests.decline(admin, project, id, note ?? null));
  }
}
