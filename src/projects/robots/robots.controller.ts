import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { PersonCaller } from '../../auth/caller';
import { CurrentPerson } from '../../auth/current-caller.decorator';
import { Allow } from '../../auth/roles.decorator';
import { NoStore } from '../../common/no-store.decorator';
import { ApiProblem } from '../../common/openapi-problem';
import { ApiPage, Cursor, PageQuery, toPageOfAll, type Page } from '../../common/paging';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { CredentialAction } from '../../throttle/credential-action.decorator';
import {
  CreateRobotDto,
  IssuedRobotDto,
  RobotAddress,
  RobotDto,
  RotateRobotDto,
  toIssuedRobotDto,
  toRobotDto,
} from './dto/robot.dto';
import { ApiHarborProblems } from '../harbor-problems.decorator';
import { ApiProjectRouteProblems } from '../project-route-problems.decorator';
import { RobotsService, type IssuedRobot } from './robots.service';

const cursor = new Cursor('robots', { key: 'string' });
const LOCATION = { Location: { schema: { type: 'string' as const } } };

@ApiTags('Projects')
@Controller('projects/:project/robots')
@Allow('person')
export class RobotsController {
  constructor(
    private readonly robots: RobotsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The robots of a project, by name',
    description:
      'As they are in the registry, those that others made there included. For maintainers and admins of the project.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiPage(RobotDto)
  @ApiProjectRouteProblems()
  async list(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Query() query: PageQuery,
  ): Promise<Page<RobotDto>> {
    return toPageOfAll(() => this.robots.list(person, project), query, cursor, toRobotDto);
  }

  @Post()
  @CredentialAction()
  @NoStore()
  @ApiOperation({
    summary: 'Make a robot for CI',
    description:
      'It pulls or pushes in this project alone, until its end, and its secret is shown this once. By admins of the ' +
      'project, and of Berth. When no answer comes, ask again: what was left in the registry is deleted first.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiCreatedResponse({ type: IssuedRobotDto, headers: LOCATION })
  @ApiProblem('invalid', 'robot.end')
  @ApiProjectRouteProblems({
    conflicts: ['robot.exists', 'robot.name-taken', 'project.busy', 'harbor.changed'],
  })
  async create(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Body() body: CreateRobotDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IssuedRobotDto> {
    return this.answer(project, await this.robots.create(person, project, body), reply);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'One robot of a project',
    description: 'One that was made here, not a foreign one.',
  })
  @ApiOkResponse({ type: RobotDto })
  @ApiProjectRouteProblems({ notFound: ['robot.not-found'] })
  async get(
    @CurrentPerson() person: PersonCaller,
    @Param() { project, id }: RobotAddress,
  ): Promise<RobotDto> {
    return toRobotDto(await this.robots.get(person, project, id));
  }

  @Post(':id/rotate')
  @CredentialAction()
  @NoStore()
  @ApiOperation({
    summary: 'Replace a robot by a new one with a new secret',
    description:
      'Of the same name, access and length of life, and with another username. The old one works on for the overlap, ' +
      'so that CI can change over, and is deleted then.',
  })
  @ApiCreatedResponse({ type: IssuedRobotDto, headers: LOCATION })
  @ApiProjectRouteProblems({
    notFound: ['robot.not-found'],
    conflicts: ['robot.ending', 'project.busy', 'harbor.changed'],
  })
  async rotate(
    @CurrentPerson() person: PersonCaller,
    @Param() { project, id }: RobotAddress,
    @Body() { overlapSeconds }: RotateRobotDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IssuedRobotDto> {
    return this.answer(project, await this.robots.rotate(person, project, id, overlapSeconds), reply);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a robot',
    description: 'Its secret stops working at once. By admins of the project, and of Berth.',
  })
  @ApiNoContentResponse({ description: 'Gone, also when there was none' })
  @ApiProblem('forbidden', 'project.role-too-low')
  @ApiProblem('conflict', 'project.busy', 'project.gone', 'project.replaced')
  @ApiHarborProblems()
  async remove(@CurrentPerson() person: PersonCaller, @Param() { project, id }: RobotAddress): Promise<void> {
    await this.robots.remove(person, project, id);
  }

  private answer(project: string, issued: IssuedRobot, reply: FastifyReply): IssuedRobotDto {
    reply.header('location', `/api/v1/projects/${project}/robots/${issued.robot.id}`);
    return toIssuedRobotDto(issued, this.config.registry.address);
  }
}
