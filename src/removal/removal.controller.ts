import { applyDecorators, Controller, Delete, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { PersonCaller } from '../auth/caller';
import { CurrentPerson } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { ApiProblem } from '../common/openapi-problem';
import { RemovalDto, RemovalQuery, toRemovalDto } from './dto/removal.dto';
import { RemovalService } from './removal.service';

const PROJECT = { name: 'project', example: 'user-liuyizhou' };
const REPOSITORY = {
  name: 'repository',
  example: 'nvidia-pytorch',
  description: 'Without the project, in one segment: of team/app the slash is written %2F',
};

function ApiRemoval(): MethodDecorator {
  return applyDecorators(
    ApiParam(PROJECT),
    ApiParam(REPOSITORY),
    ApiOkResponse({
      type: RemovalDto,
      description: 'Also when there was none, and when it is not yours to see',
    }),
    ApiProblem('forbidden', 'project.role-too-low'),
    ApiProblem(
      'conflict',
      'tag.leased',
      'project.rule-in-the-way',
      'project.busy',
      'project.unfinished',
      'project.gone',
      'project.replaced',
      'harbor.changed',
    ),
    ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized'),
    ApiProblem('upstream-unavailable', 'harbor.unavailable', 'harbor.read-only'),
    ApiProblem('upstream-timeout', 'harbor.timeout'),
  );
}

@ApiTags('Projects')
@Controller('projects/:project/repositories/:repository')
@Allow('person')
export class RemovalController {
  constructor(private readonly removal: RemovalService) {}

  @Delete('tags/:tag')
  @ApiOperation({
    summary: 'Delete a tag in the registry',
    description:
      'The one that the tag rule keeps its owner from deleting. For maintainers and admins of the project; refused ' +
      'while a job runs it. With its last tag the image goes, so that its space is free. What is pushed under the ' +
      'name later starts afresh. When no answer comes, ask again.',
  })
  @ApiParam({ name: 'tag', example: '24.12-v1.2.2' })
  @ApiRemoval()
  @ApiProblem('conflict', 'tag.signature', 'tag.hold')
  async removeTag(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Param('repository') repository: string,
    @Param('tag') tag: string,
    @Query() { dryRun }: RemovalQuery,
  ): Promise<RemovalDto> {
    return toRemovalDto(await this.removal.removeTag(person, project, repository, tag, dryRun));
  }

  @Delete()
  @ApiOperation({
    summary: 'Delete a repository in the registry, with all that is in it',
    description:
      'All or nothing: refused while a job runs anything of it. For maintainers and admins of the project.',
  })
  @ApiRemoval()
  async removeRepository(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Param('repository') repository: string,
    @Query() { dryRun }: RemovalQuery,
  ): Promise<RemovalDto> {
    return toRemovalDto(await this.removal.removeRepository(person, project, repository, dryRun));
  }
}
