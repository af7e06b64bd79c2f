import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { PersonCaller } from '../auth/caller';
import { CurrentPerson } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { IdParam } from '../common/id-param';
import { RequestLanguage } from '../common/language.decorator';
import type { Language } from '../common/messages';
import { ApiProblem } from '../common/openapi-problem';
import { ApiPage, Cursor, toPage, type Page } from '../common/paging';
import { AcknowledgeDto, ListViolationsDto, toViolationDto, ViolationDto } from './dto/violation.dto';
import { ApiTagMoveProblems } from './tag-move-problems.decorator';
import { ViolationsService } from './violations.service';

const cursor = new Cursor('violations', { id: 'string' });

@ApiTags('Tag rule')
@Controller('violations')
@Allow('person')
export class ViolationsController {
  constructor(private readonly violations: ViolationsService) {}

  @Get()
  @ApiOperation({
    summary: 'Tags that moved although only latest may',
    description: 'The newest first, of the projects in which I have a role; an admin sees all.',
  })
  @ApiPage(ViolationDto)
  async list(
    @CurrentPerson() person: PersonCaller,
    @Query() query: ListViolationsDto,
    @RequestLanguage() language: Language,
  ): Promise<Page<ViolationDto>> {
    const { limit, count, state, project } = query;
    const filter = {
      ...(state === undefined ? {} : { state }),
      ...(project === undefined ? {} : { project }),
    };
    const beforeId = cursor.decode(query.cursor)?.id ?? null;
    const found = await this.violations.list(person, filter, beforeId, limit + 1);
    const page = toPage(
      found,
      limit,
      (view) => toViolationDto(view, language),
      ({ violation: { id } }) => cursor.encode({ id }),
    );
    return count ? { ...page, total: await this.violations.count(person, filter) } : page;
  }

  @Get(':id')
  @ApiOperation({
    summary: 'One move of a tag',
    description: 'From which digest to which, when, by whom, seen how.',
  })
  @ApiOkResponse({ type: ViolationDto })
  @ApiProblem('not-found', 'violation.not-found')
  async get(
    @CurrentPerson() person: PersonCaller,
    @Param() { id }: IdParam,
    @RequestLanguage() language: Language,
  ): Promise<ViolationDto> {
    return toViolationDto(await this.violations.get(person, id), language);
  }

  @Post(':id/restore')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Put the tag back where it belongs',
    description:
      'In one step, so that it is never absent, and the tag rule with it where that was off. Both images stay. For ' +
      'maintainers and admins of the project.',
  })
  @ApiOkResponse({ type: ViolationDto })
  @ApiProblem('not-found', 'violation.not-found')
  @ApiTagMoveProblems('violation.settled', 'violation.changed')
  async restore(
    @CurrentPerson() person: PersonCaller,
    @Param() { id }: IdParam,
    @RequestLanguage() language: Language,
  ): Promise<ViolationDto> {
    return toViolationDto(await this.violations.restore(person, id), language);
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  @Allow('admin')
  @ApiOperation({
    summary: 'Decide about a tag that moved',
    description:
      'The alarm is silent from then on, and what the policy block refused is let through. Jobs keep the recorded ' +
      'image, or get the new one when it is accepted. A further move is a new violation.',
  })
  @ApiOkResponse({ type: ViolationDto })
  @ApiProblem('not-found', 'violation.not-found')
  @ApiProblem('conflict', 'violation.settled', 'violation.changed')
  @ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized')
  @ApiProblem('upstream-unavailable', 'harbor.unavailable')
  @ApiProblem('upstream-timeout', 'harbor.timeout')
  async acknowledge(
    @CurrentPerson() person: PersonCaller,
    @Param() { id }: IdParam,
    @Body() body: AcknowledgeDto,
    @RequestLanguage() language: Language,
  ): Promise<ViolationDto> {
    return toViolationDto(await this.violations.acknowledge(person, id, body), language);
  }
}
