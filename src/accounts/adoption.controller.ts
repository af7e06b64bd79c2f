import { Body, Controller, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { PersonCaller } from '../auth/caller';
import { CurrentPerson } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { ApiProblem } from '../common/openapi-problem';
import { AccountAdoptions } from './adoption-accounts.service';
import { ProjectAdoptions } from './adoption-projects.service';
import {
  AccountAdoptionDto,
  AdoptAccountDto,
  AdoptProjectDto,
  ProjectAdoptionDto,
  toAccountAdoptionDto,
  toProjectAdoptionDto,
} from './dto/adoption.dto';

@ApiTags('Admin')
@Controller('admin')
@Allow('admin')
@ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized')
@ApiProblem('upstream-unavailable', 'harbor.unavailable', 'harbor.read-only', 'directory.unavailable')
@ApiProblem('upstream-timeout', 'harbor.timeout')
export class AdoptionController {
  constructor(
    private readonly projects: ProjectAdoptions,
    private readonly accounts: AccountAdoptions,
  ) {}

  @Post('projects/:project/adopt')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Adopt a project that was not made here',
    description:
      'For a project of the registry that nobody here made, or one that was deleted and made again there. Try it with ' +
      '`dryRun` first: it lists every change, and everything that others have in the project.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiOkResponse({ type: ProjectAdoptionDto })
  @ApiProblem('not-found', 'project.not-found', 'person.not-found')
  @ApiProblem(
    'conflict',
    'project.owned',
    'project.exists',
    'project.owner-has-one',
    'project.busy',
    'person.offboarded',
  )
  async adoptProject(
    @CurrentPerson() admin: PersonCaller,
    @Param('project') project: string,
    @Body() { owner, dryRun }: AdoptProjectDto,
  ): Promise<ProjectAdoptionDto> {
    const adoption = dryRun
      ? await this.projects.plan(project, owner)
      : await this.projects.adopt(admin, project, owner);
    return toProjectAdoptionDto(adoption, !dryRun);
  }

  @Post('persons/:username/adopt')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Adopt a user of the registry as a person’s account',
    description:
      'Its password stays as it is until the person resets it. Never the registry’s administrators, nor the account ' +
      'with which Berth works.',
  })
  @ApiParam({ name: 'username', example: 'liuyizhou' })
  @ApiOkResponse({ type: AccountAdoptionDto })
  @ApiProblem('not-found', 'person.not-found', 'account.user-not-found')
  @ApiProblem(
    'conflict',
    'account.never-adopted',
    'account.owned',
    'account.has-user',
    'account.busy',
    'account.name-in-use',
    'person.offboarded',
  )
  async adoptAccount(
    @CurrentPerson() admin: PersonCaller,
    @Param('username') username: string,
    @Body() { harborUsername, dryRun }: AdoptAccountDto,
  ): Promise<AccountAdoptionDto> {
    const adoption = dryRun
      ? await this.accounts.plan(username, harborUsername)
      : await this.accounts.adopt(admin, username, harborUsername);
    return toAccountAdoptionDto(adoption, !dryRun);
  }
}
