import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { PersonCaller } from '../../auth/caller';
import { CurrentPerson } from '../../auth/current-caller.decorator';
import { Allow } from '../../auth/roles.decorator';
import { ApiProblem } from '../../common/openapi-problem';
import { ApiPage, Cursor, PageQuery, toPageOfAll, type Page } from '../../common/paging';
import { MemberDto, SetMemberDto, toMemberDto } from './dto/member.dto';
import { ApiHarborProblems } from '../harbor-problems.decorator';
import { ApiProjectRouteProblems } from '../project-route-problems.decorator';
import { MembersService } from './members.service';

const cursor = new Cursor('members', { key: 'string' });

@ApiTags('Projects')
@Controller('projects/:project/members')
@Allow('person')
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Get()
  @ApiOperation({
    summary: 'The members of a project, by name',
    description:
      'As they are in the registry, and how that differs from what was given here. For members of the project.',
  })
  @ApiParam({ name: 'project', example: 'team-vision' })
  @ApiPage(MemberDto)
  @ApiProjectRouteProblems()
  async list(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Query() query: PageQuery,
  ): Promise<Page<MemberDto>> {
    return toPageOfAll(() => this.members.list(person, project), query, cursor, toMemberDto);
  }

  @Get(':username')
  @ApiOperation({
    summary: 'One member of a project',
    description: 'His role as it is in the registry now. For members of the project.',
  })
  @ApiParam({ name: 'project', example: 'team-vision' })
  @ApiParam({ name: 'username', example: 'ada' })
  @ApiOkResponse({ type: MemberDto })
  @ApiProjectRouteProblems({ notFound: ['project.member-not-found'] })
  async get(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Param('username') username: string,
  ): Promise<MemberDto> {
    return toMemberDto(await this.members.get(person, project, username));
  }

  @Put(':username')
  @ApiOperation({
    summary: 'Give a person a role in a project',
    description:
      'By admins of the project, and of Berth. One who never logged in is found in the directory; one without an ' +
      'account gets a user in the registry, and credentials when he asks for them. The owner of a personal project ' +
      'stays its admin, and a shared project keeps one.',
  })
  @ApiParam({ name: 'project', example: 'team-vision' })
  @ApiParam({ name: 'username', example: 'ada' })
  @ApiOkResponse({ type: MemberDto })
  @ApiProjectRouteProblems({
    notFound: ['person.not-found'],
    conflicts: [
      'project.owner-fixed',
      'project.last-admin',
      'project.busy',
      'auth.identity-conflict',
      'account.name-in-use',
      'account.name-not-owned',
      'account.replaced',
      'account.busy',
      'harbor.changed',
    ],
  })
  async set(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Param('username') username: string,
    @Body() { role }: SetMemberDto,
  ): Promise<MemberDto> {
    return toMemberDto(await this.members.set(person, project, username, role));
  }

  @Delete(':username')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove a person from a project',
    description: 'By admins of the project, and of Berth. What he pushed stays.',
  })
  @ApiParam({ name: 'project', example: 'team-vision' })
  @ApiParam({ name: 'username', example: 'ada' })
  @ApiNoContentResponse({ description: 'No member any more, also when he was none' })
  @ApiProblem('forbidden', 'project.role-too-low')
  @ApiProblem(
    'conflict',
    'project.owner-fixed',
    'project.last-admin',
    'project.busy',
    'project.unfinished',
    'project.gone',
    'project.replaced',
    'harbor.changed',
  )
  @ApiHarborProblems()
  async remove(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Param('username') username: string,
  ): Promise<void> {
    await this.members.remove(person, project, username);
  }
}
