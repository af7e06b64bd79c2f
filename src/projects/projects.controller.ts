import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { PersonCaller } from '../auth/caller';
import { CurrentPerson } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { formatEtag, IfMatch } from '../common/etag';
import { RequestLanguage } from '../common/language.decorator';
import type { Language } from '../common/messages';
import { ApiProblem } from '../common/openapi-problem';
import { ApiPage, Cursor, toPage, type Page } from '../common/paging';
import { ChangeProjectDto, CreateProjectDto, ListProjectsDto } from './dto/project-requests.dto';
import { ProjectDto, toProjectDto } from './dto/project.dto';
import { ProjectUsageDto, toProjectUsageDto } from './quota/dto/usage.dto';
import { ApiHarborProblems } from './harbor-problems.decorator';
import { ApiProjectRouteProblems } from './project-route-problems.decorator';
import { ProjectOverview } from './project-overview.service';
import { ProjectUsages } from './quota/project-usage.service';
import { SharedProjectsService } from './shared-projects.service';

const cursor = new Cursor('projects', { name: 'string' });
const ETAG = { ETag: { schema: { type: 'string' } } } as const;

@ApiTags('Projects')
@Controller('projects')
@Allow('person')
export class ProjectsController {
  constructor(
    private readonly overview: ProjectOverview,
    private readonly shared: SharedProjectsService,
    private readonly usages: ProjectUsages,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Projects, by name',
    description:
      'From what Berth knows, without asking the registry: GET /projects/{project} says how one stands.',
  })
  @ApiPage(ProjectDto)
  async list(
    @CurrentPerson() person: PersonCaller,
    @Query() { scope, limit, cursor: from, count }: ListProjectsDto,
    @RequestLanguage() language: Language,
  ): Promise<Page<ProjectDto>> {
    const afterName = cursor.decode(from)?.name ?? null;
    const rows = await this.overview.list(person, { scope, afterName, limit: limit + 1 });
    const page = toPage(
      rows,
      limit,
      (row) => toProjectDto(row, language),
      ({ project }) => cursor.encode({ name: project.name }),
    );
    return count ? { ...page, total: await this.overview.count(person, scope) } : page;
  }

  @Post()
  @ApiOperation({
    summary: 'Make a shared project',
    description:
      'With its quota and the tag rule; I become its admin. For admins, and for everybody where the site allows it. ' +
      'What was cut off goes on with the same call.',
  })
  @ApiCreatedResponse({ type: ProjectDto, headers: { Location: { schema: { type: 'string' } }, ...ETAG } })
  @ApiProblem('forbidden', 'project.making-forbidden', 'project.quota-too-large')
  @ApiProblem('invalid', 'project.name', 'project.name-reserved')
  @ApiProblem(
    'conflict',
    'project.exists',
    'project.name-not-owned',
    'project.replaced',
    'project.busy',
    'account.name-in-use',
    'account.name-not-owned',
    'account.replaced',
    'account.busy',
  )
  @ApiHarborProblems()
  async create(
    @CurrentPerson() person: PersonCaller,
    @Body() body: CreateProjectDto,
    @RequestLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProjectDto> {
    const { name } = await this.shared.create(person, body);
    reply.header('location', `/api/v1/projects/${name}`);
    return this.answer(person, name, language, reply);
  }

  @Get(':project')
  @ApiOperation({
    summary: 'One project, as it stands',
    description:
      'My role, what is used of the quota, whether the tag rule is on, and what differs from what should be.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiOkResponse({ type: ProjectDto, headers: ETAG })
  @ApiProblem('not-found', 'project.not-found')
  @ApiHarborProblems()
  async get(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @RequestLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProjectDto> {
    return this.answer(person, project, language, reply);
  }

  @Get(':project/usage')
  @ApiOperation({
    summary: 'What fills a project',
    description:
      'Each repository as the sum of its artifacts, those that no tag points to apart. Layers that repositories share ' +
      'count once in `usedBytes`, so the sum can be larger. Signatures and other accessories are not in the sums. Of a ' +
      'very large project the largest that could be read: `complete` is false then.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiOkResponse({ type: ProjectUsageDto })
  @ApiProjectRouteProblems()
  async usage(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
  ): Promise<ProjectUsageDto> {
    return toProjectUsageDto(project, await this.usages.get(person, project));
  }

  @Patch(':project')
  @ApiOperation({
    summary: 'Change visibility, description or quota',
    description:
      'By admins of the project; the quota by admins of Berth. A personal project stays private. With If-Match, a ' +
      'change that somebody else made meanwhile is not overwritten.',
  })
  @ApiParam({ name: 'project', example: 'team-vision' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'The ETag of the project as it was read' })
  @ApiOkResponse({ type: ProjectDto, headers: ETAG })
  @ApiProblem('forbidden', 'project.role-too-low', 'project.quota-by-admins')
  @ApiProblem('not-found', 'project.not-found')
  @ApiProblem(
    'conflict',
    'project.personal',
    'project.busy',
    'project.no-quota',
    'project.unfinished',
    'project.gone',
    'project.replaced',
  )
  @ApiProblem('stale', 'request.stale')
  @ApiHarborProblems()
  async change(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Body() body: ChangeProjectDto,
    @IfMatch() ifMatch: string | undefined,
    @RequestLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProjectDto> {
    await this.shared.change(person, project, body, ifMatch);
    return this.answer(person, project, language, reply);
  }

  @Delete(':project')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete an empty shared project',
    description: 'Its members, robots and requests go with it. A project that holds repositories is kept.',
  })
  @ApiParam({ name: 'project', example: 'team-vision' })
  @ApiNoContentResponse({ description: 'Gone, also when it was not there' })
  @ApiProblem('forbidden', 'project.role-too-low')
  @ApiProblem('conflict', 'project.not-empty', 'project.personal', 'project.busy', 'project.replaced')
  @ApiHarborProblems()
  async delete(@CurrentPerson() person: PersonCaller, @Param('project') project: string): Promise<void> {
    await this.shared.delete(person, project);
  }

  private async answer(
    person: PersonCaller,
    name: string,
    language: Language,
    reply: FastifyReply,
  ): Promise<ProjectDto> {
    const view = await this.overview.get(person, name);
    reply.header('etag', formatEtag(view.project.version));
    return toProjectDto(view, language);
  }
}
