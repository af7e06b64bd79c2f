import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PersonCaller } from '../auth/caller';
import { CurrentPerson } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { formatEtag, IfMatch } from '../common/etag';
import { IdParam } from '../common/id-param';
import { RequestLanguage } from '../common/language.decorator';
import type { Language } from '../common/messages';
import { ApiProblem } from '../common/openapi-problem';
import { ApiPage, Cursor, PageQuery, toPage, type Page } from '../common/paging';
import { problemContextOf } from '../common/problem-context';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { ImageCheckDto, toImageCheckDto } from './history/dto/image-check.dto';
import {
  decodePosition,
  encodePosition,
  LIST_DESCRIPTION,
  ListImagesDto,
  TOTAL_IS_EXACT,
  type ImagePageDto,
} from './lists/dto/image-list.dto';
import { ChangeImageDto, ImportImageDto, PreviewImageDto } from './dto/image-requests.dto';
import {
  DeleteBatchDto,
  ImportBatchDto,
  ImportedBatchDto,
  toImportedBatchDto,
} from './importing/dto/image-batch.dto';
import { ImageChangeDto, toImageChangeDto } from './history/dto/image-change.dto';
import { ImagePreviewDto, toImagePreviewDto } from './importing/dto/image-preview.dto';
import { ImageDto, toImageDto, type ImageAnswer } from './dto/image.dto';
import { requireTaskType } from './task-type';
import { TaskTypeDto, toTaskTypeDto } from './dto/task-type.dto';
import { ImagePages } from './lists/image-pages';
import { ImageBatchService } from './importing/image-batch.service';
import { ImagesService, type CatalogedImage } from './images.service';
import { ApiVerdictProblems } from './importing/verdict-problems.decorator';

const changesCursor = new Cursor('image-changes', { id: 'string' });

@ApiTags('Images (the catalog)')
@Controller('images')
export class ImagesController {
  constructor(
    private readonly images: ImagesService,
    private readonly pages: ImagePages,
    private readonly batch: ImageBatchService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get('task-types')
  @Allow('person', 'scheduler', 'platform')
  @ApiOperation({
    summary: 'The task types an image can have',
    description: 'Labels in the language of Accept-Language.',
  })
  @ApiOkResponse({ type: [TaskTypeDto] })
  taskTypes(@RequestLanguage() language: Language): TaskTypeDto[] {
    return this.config.images.taskTypes.map((id) => toTaskTypeDto(id, language));
  }

  @Post()
  @Allow('person')
  @ApiOperation({
    summary: 'Import a pushed image into the catalog',
    description:
      'Checks the link, my right to pull it, and that it is in the registry. Nothing is stored unless all is right.',
  })
  @ApiCreatedResponse({
    type: ImageDto,
    headers: { Location: { schema: { type: 'string' } }, ETag: { schema: { type: 'string' } } },
  })
  @ApiVerdictProblems()
  @ApiProblem('conflict', 'image.already-imported')
  @ApiProblem('invalid', 'image.task-type-unknown')
  async import(
    @CurrentPerson() person: PersonCaller,
    @Body() body: ImportImageDto,
    @RequestLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImageDto> {
    const imported = await this.images.import(person, body);
    reply.header('location', `/api/v1/images/${imported.image.id}`);
    return this.answer(imported, language, reply);
  }

  @Post('batch')
  @Allow('person')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Import up to 100 images at once',
    description:
      'Each as if it came alone: one that is refused does not stop the others. The answer has one result for each, ' +
      'in the same order: the image, or the problem that POST /images would have answered.',
  })
  @ApiOkResponse({ type: ImportedBatchDto })
  async importBatch(
    @CurrentPerson() person: PersonCaller,
    @Body() { images }: ImportBatchDto,
    @Req() request: FastifyRequest,
  ): Promise<ImportedBatchDto> {
    const context = problemContextOf(request, this.config.http.bodyLimitBytes);
    const outcomes = await this.batch.importAll(person, images);
    return toImportedBatchDto(outcomes, this.answerFor(context.language), context);
  }

  @Post('batch-delete')
  @Allow('person')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Take up to 100 images out of the catalog',
    description: 'Each as by DELETE /images/{id}: what is in the registry stays, and what is not mine too.',
  })
  @ApiNoContentResponse({ description: 'Gone, also those that were not there' })
  async deleteBatch(@CurrentPerson() person: PersonCaller, @Body() { ids }: DeleteBatchDto): Promise<void> {
    for (const id of ids) await this.images.delete(person, id);
  }

  @Post('preview')
  @Allow('person')
  @HttpCode(200)
  @ApiOperation({
    summary: 'What an import would say, without importing',
    description:
      'Checks the link, my right to pull it and that it is there, and tells what the image says of itself, with a ' +
      'task type for it. Nothing is stored.',
  })
  @ApiOkResponse({ type: ImagePreviewDto })
  @ApiVerdictProblems()
  async preview(
    @CurrentPerson() person: PersonCaller,
    @Body() { link }: PreviewImageDto,
    @RequestLanguage() language: Language,
  ): Promise<ImagePreviewDto> {
    const preview = await this.images.preview(person, link);
    return toImagePreviewDto(preview, this.config.images.sitePlatforms, language);
  }

  @Get()
  @Allow('person')
  @ApiOperation({ summary: 'Images: mine, shared with me, public', description: LIST_DESCRIPTION })
  @ApiPage(ImageDto, TOTAL_IS_EXACT)
  @ApiProblem('forbidden', 'auth.forbidden')
  @ApiProblem('invalid', 'image.task-type-unknown')
  async list(
    @CurrentPerson() person: PersonCaller,
    @Query() query: ListImagesDto,
    @RequestLanguage() language: Language,
  ): Promise<ImagePageDto> {
    if (query.taskType !== undefined)
      requireTaskType(query.taskType, this.config.images.taskTypes, '?taskType');
    const after = decodePosition(query.sort, query.cursor);
    const [{ images, next }, counted] = await Promise.all([
      this.pages.list(person, query, after, query.limit),
      query.count ? this.pages.count(person, query) : null,
    ]);
    const page = {
      items: images.map((found) => toImageDto(found, this.answerFor(language))),
      nextCursor: next === null ? null : encodePosition(query.sort, next),
    };
    return counted === null ? page : { ...page, total: counted.total, totalIsExact: counted.isExact };
  }

  @Get(':id')
  @Allow('person')
  @ApiOperation({
    summary: 'One image that I see',
    description: 'Mine, shared with me or with a group of mine, or public; admins see every one.',
  })
  @ApiOkResponse({ type: ImageDto, headers: { ETag: { schema: { type: 'string' } } } })
  @ApiProblem('not-found', 'image.not-found')
  async get(
    @CurrentPerson() person: PersonCaller,
    @Param() { id }: IdParam,
    @RequestLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImageDto> {
    return this.answer(await this.images.get(person, id), language, reply);
  }

  @Patch(':id')
  @Allow('person')
  @ApiOperation({
    summary: 'Change description, task type or labels',
    description:
      'By who imported it. With If-Match, a change that somebody else made meanwhile is not overwritten.',
  })
  @ApiHeader({ name: 'If-Match', required: false, description: 'The ETag of the image as it was read' })
  @ApiOkResponse({ type: ImageDto, headers: { ETag: { schema: { type: 'string' } } } })
  @ApiProblem('forbidden', 'image.not-owner')
  @ApiProblem('not-found', 'image.not-found')
  @ApiProblem('stale', 'request.stale')
  @ApiProblem('invalid', 'image.task-type-unknown')
  async change(
    @CurrentPerson() person: PersonCaller,
    @Param() { id }: IdParam,
    @Body() body: ChangeImageDto,
    @IfMatch() ifMatch: string | undefined,
    @RequestLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImageDto> {
    return this.answer(await this.images.change(person, id, body, ifMatch), language, reply);
  }

  @Get(':id/changes')
  @Allow('person')
  @ApiOperation({
    summary: 'Who changed what of an image, newest first',
    description:
      'Each change of description, task type, labels and visibility, with what it was before, for whoever sees the ' +
      'image; and with whom it was shared, for its owner and admins.',
  })
  @ApiPage(ImageChangeDto)
  @ApiProblem('not-found', 'image.not-found')
  async changes(
    @CurrentPerson() person: PersonCaller,
    @Param() { id }: IdParam,
    @Query() { limit, cursor: from, count }: PageQuery,
  ): Promise<Page<ImageChangeDto>> {
    const afterId = changesCursor.decode(from)?.id ?? null;
    const rows = await this.images.listChanges(person, id, afterId, limit + 1);
    const page = toPage(rows, limit, toImageChangeDto, (row) => changesCursor.encode({ id: row.id }));
    return count ? { ...page, total: await this.images.countChanges(person, id) } : page;
  }

  @Delete(':id')
  @Allow('person')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Take an image out of the catalog',
    description: 'What is in the registry stays.',
  })
  @ApiNoContentResponse({ description: 'Gone, also when it was not there' })
  async delete(@CurrentPerson() person: PersonCaller, @Param('id') id: string): Promise<void> {
    await this.images.delete(person, id);
  }

  @Post(':id/check')
  @Allow('person')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Look at the registry now',
    description:
      'Says whether the tag still has the digest it was first seen with, and records what was seen.',
  })
  @ApiOkResponse({ type: ImageCheckDto })
  @ApiProblem('not-found', 'image.not-found')
  @ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized')
  @ApiProblem('upstream-unavailable', 'harbor.unavailable')
  @ApiProblem('upstream-timeout', 'harbor.timeout')
  async check(@CurrentPerson() person: PersonCaller, @Param() { id }: IdParam): Promise<ImageCheckDto> {
    return toImageCheckDto(await this.images.check(person, id));
  }

  private answer(found: CatalogedImage, language: Language, reply: FastifyReply): ImageDto {
    reply.header('etag', formatEtag(found.image.version));
    return toImageDto(found, this.answerFor(language));
  }

  private answerFor(language: Language): ImageAnswer {
    const { registry, images } = this.config;
    const { sitePlatforms } = images;
    return { address: registry.address, sitePlatforms, language };
  }
}
