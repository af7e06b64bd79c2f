import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Query, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { PersonCaller } from '../../auth/caller';
import { CurrentPerson } from '../../auth/current-caller.decorator';
import { Allow } from '../../auth/roles.decorator';
import { DomainError } from '../../common/errors';
import { formatEtag } from '../../common/etag';
import { IdParam } from '../../common/id-param';
import { RequestLanguage } from '../../common/language.decorator';
import type { Language } from '../../common/messages';
import { ApiProblem } from '../../common/openapi-problem';
import { ApiPage, Cursor, PageQuery, toPage, type Page } from '../../common/paging';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { ImageDto, toImageDto } from '../dto/image.dto';
import { ImageShareDto, SetVisibilityDto, toImageShareDto } from './dto/image-share.dto';
import type { GranteeKind } from './image-share.entity';
import { ImageSharing } from './image-sharing.service';
import { ImagesService } from '../images.service';

const cursor = new Cursor('image-shares', { id: 'string' });

@ApiTags('Images (the catalog)')
@Controller('images/:id')
@Allow('person')
export class ImageSharingController {
  constructor(
    private readonly sharing: ImageSharing,
    private readonly images: ImagesService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Put('visibility')
  @ApiOperation({
    summary: 'Show an image to everybody, or no longer',
    description:
      'public: by admins, or where the site allows it (IMAGES_PUBLIC_BY_OWNERS) by who imported it, as maintainer or ' +
      'admin of its project in the registry. What is in the registry stays as private as it is: jobs run a public ' +
      'image, docker pulls it only for those who may.',
  })
  @ApiOkResponse({ type: ImageDto, headers: { ETag: { schema: { type: 'string' } } } })
  @ApiProblem('forbidden', 'image.not-owner', 'image.public-by-admins', 'project.role-too-low')
  @ApiProblem('not-found', 'image.not-found', 'project.not-found')
  @ApiProblem('conflict', 'project.gone', 'project.replaced')
  @ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized')
  @ApiProblem('upstream-unavailable', 'harbor.unavailable')
  @ApiProblem('upstream-timeout', 'harbor.timeout')
  async setVisibility(
    @CurrentPerson() person: PersonCaller,
    @Param() { id }: IdParam,
    @Body() { visibility }: SetVisibilityDto,
    @RequestLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImageDto> {
    await this.sharing.setVisibility(person, id, visibility);
    const found = await this.images.get(person, id);
    reply.header('etag', formatEtag(found.image.version));
    const { registry, images } = this.config;
    return toImageDto(found, {
      address: registry.address,
      sitePlatforms: images.sitePlatforms,
      language,
    });
  }

  @Get('shares')
  @ApiOperation({
    summary: 'With whom an image is shared',
    description: 'In the order it was shared; for who imported it, and for admins.',
  })
  @ApiPage(ImageShareDto)
  @ApiProblem('forbidden', 'image.not-owner')
  @ApiProblem('not-found', 'image.not-found')
  async list(
    @CurrentPerson() person: PersonCaller,
    @Param() { id }: IdParam,
    @Query() { limit, cursor: from, count }: PageQuery,
    @RequestLanguage() language: Language,
  ): Promise<Page<ImageShareDto>> {
    const afterId = cursor.decode(from)?.id ?? null;
    const rows = await this.sharing.list(person, id, afterId, limit + 1);
    const page = toPage(
      rows,
      limit,
      (row) => toImageShareDto(row, language),
      ({ share }) => cursor.encode({ id: share.id }),
    );
    return count ? { ...page, total: await this.sharing.count(id) } : page;
  }

  @Put('shares/:kind/:name')
  @ApiOperation({
    summary: 'Share an image with a person or a group of the directory',
    description:
      'By who imported it, as maintainer or admin of its project in the registry, and by admins. A person need not ' +
      'have logged in yet; who is in a group is known at most 15 minutes late. Their jobs run it from now on; their ' +
      'own docker pulls it only where they may, and a warning says so. A share gives no more than its giver has: when ' +
      'he may not pull the image any more, their jobs do not either.',
  })
  @ApiParam({ name: 'kind', enum: ['person', 'group'], example: 'person' })
  @ApiParam({ name: 'name', example: 'ada', description: 'The username, or the name of the group' })
  @ApiOkResponse({ type: ImageShareDto })
  @ApiProblem('invalid', 'share.kind')
  @ApiProblem('forbidden', 'image.not-owner', 'project.role-too-low')
  @ApiProblem('not-found', 'image.not-found', 'person.not-found', 'group.not-found', 'project.not-found')
  @ApiProblem(
    'conflict',
    'share.with-owner',
    'share.too-many',
    'group.not-configured',
    'auth.identity-conflict',
    'project.gone',
    'project.replaced',
  )
  @ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized')
  @ApiProblem('upstream-unavailable', 'harbor.unavailable', 'directory.unavailable')
  @ApiProblem('upstream-timeout', 'harbor.timeout')
  async share(
    @CurrentPerson() person: PersonCaller,
    @Param('id') id: string,
    @Param('kind') kind: string,
    @Param('name') name: string,
    @RequestLanguage() language: Language,
  ): Promise<ImageShareDto> {
    return toImageShareDto(await this.sharing.share(person, id, requireKind(kind), name), language);
  }

  @Delete('shares/:kind/:name')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Take a share back',
    description:
      'By who imported it, and by admins, whatever their role in the registry is by now. Within a second nobody ' +
      'sees the image through it, and new lookups of theirs do not answer it; a job that has its digest goes on.',
  })
  @ApiParam({ name: 'kind', enum: ['person', 'group'], example: 'person' })
  @ApiParam({ name: 'name', example: 'ada' })
  @ApiNoContentResponse({ description: 'Not shared any more, also when it was not' })
  @ApiProblem('invalid', 'share.kind')
  @ApiProblem('forbidden', 'image.not-owner')
  async unshare(
    @CurrentPerson() person: PersonCaller,
    @Param('id') id: string,
    @Param('kind') kind: string,
    @Param('name') name: string,
  ): Promise<void> {
    await this.sharing.unshare(person, id, requireKind(kind), name);
  }
}

function requireKind(kind: string): GranteeKind {
  if (kind === 'person' || kind === 'group') return kind;
  throw new DomainError('invalid', 'share.kind');
}
