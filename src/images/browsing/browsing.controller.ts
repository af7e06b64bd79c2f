import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { PersonCaller } from '../../auth/caller';
import { CurrentPerson } from '../../auth/current-caller.decorator';
import { Allow } from '../../auth/roles.decorator';
import { ApiProblem } from '../../common/openapi-problem';
import { ApiPage, Cursor, PageQuery, toPage, type Page } from '../../common/paging';
import { BrowsingService } from './browsing.service';
import { ListTagsDto, RepositoryDto, TagDto, toRepositoryDto, toTagDto } from './dto/browsing.dto';

const repositoryCursor = new Cursor('repositories', { id: 'number' });
const tagCursor = new Cursor('tags', { artifactId: 'number', tagId: 'number' });

@ApiTags('Projects')
@Controller('projects/:project/repositories')
@Allow('person')
export class BrowsingController {
  constructor(private readonly browsing: BrowsingService) {}

  @Get()
  @ApiOperation({
    summary: 'What was pushed into a project',
    description:
      'Its repositories, those made first before the others. For everybody who may see the project.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiPage(RepositoryDto)
  @ApiProblem('not-found', 'project.not-found')
  @ApiProblem('conflict', 'project.unfinished', 'project.gone', 'project.replaced')
  @ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized')
  @ApiProblem('upstream-unavailable', 'harbor.unavailable')
  @ApiProblem('upstream-timeout', 'harbor.timeout')
  async repositories(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Query() { limit, cursor, count }: PageQuery,
  ): Promise<Page<RepositoryDto>> {
    const afterId = repositoryCursor.decode(cursor)?.id ?? 0;
    const { repositories, total } = await this.browsing.listRepositories(person, project, afterId, limit + 1);
    const page = toPage(repositories, limit, toRepositoryDto, ({ id }) => repositoryCursor.encode({ id }));
    return count ? { ...page, total } : page;
  }

  @Get(':repository/tags')
  @ApiOperation({
    summary: 'The tags of a repository',
    description:
      'Those of the newest image first, each with what it points to now, what is attached to it, and whether I ' +
      'imported it. Helm charts and other artifacts are shown as what they are; what refers to an image (OCI 1.1) ' +
      'and cosign’s signatures stand with their image.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiParam({
    name: 'repository',
    example: 'nvidia-pytorch',
    description: 'Without the project, in one segment: of team/app the slash is written %2F',
  })
  @ApiPage(TagDto)
  @ApiProblem('not-found', 'project.not-found', 'repository.not-found')
  @ApiProblem('conflict', 'project.unfinished', 'project.gone', 'project.replaced')
  @ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized')
  @ApiProblem('upstream-unavailable', 'harbor.unavailable')
  @ApiProblem('upstream-timeout', 'harbor.timeout')
  async tags(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Param('repository') repository: string,
    @Query() { limit, cursor }: ListTagsDto,
  ): Promise<Page<TagDto>> {
    const place = tagCursor.decode(cursor);
    const rows = await this.browsing.listTags(person, project, repository, place, limit + 1);
    return toPage(rows, limit, toTagDto, ({ artifact, tag }) =>
      tagCursor.encode({ artifactId: artifact.id, tagId: tag.id }),
    );
  }
}
