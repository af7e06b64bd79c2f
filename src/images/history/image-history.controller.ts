import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { PersonCaller } from '../../auth/caller';
import { CurrentPerson } from '../../auth/current-caller.decorator';
import { Allow } from '../../auth/roles.decorator';
import { IdParam } from '../../common/id-param';
import { ApiProblem } from '../../common/openapi-problem';
import { ApiPage, Cursor, PageQuery, toPage, type Page } from '../../common/paging';
import { ImageHistoryDto, toImageHistoryDto } from './dto/image-history.dto';
import { ImageHistory } from './image-history.service';

const historyCursor = new Cursor('image-history', { place: 'number' });

@ApiTags('Images (the catalog)')
@Controller('images')
export class ImageHistoryController {
  constructor(private readonly history: ImageHistory) {}

  @Get(':id/history')
  @Allow('person')
  @ApiOperation({
    summary: 'Every digest that the tag had, newest first',
    description:
      'When, by whom, how Berth learned of it, and which jobs ran it. A move that was undone before anybody looked is ' +
      'there where Harbor’s audit log told of it. Empty for an image that was imported by its digest.',
  })
  @ApiPage(ImageHistoryDto)
  @ApiProblem('not-found', 'image.not-found')
  async list(
    @CurrentPerson() person: PersonCaller,
    @Param() { id }: IdParam,
    @Query() { limit, cursor: from, count }: PageQuery,
  ): Promise<Page<ImageHistoryDto>> {
    const beforePlace = historyCursor.decode(from)?.place ?? null;
    const { entries, total } = await this.history.list(person, id, beforePlace, limit + 1);
    const page = toPage(
      entries,
      limit,
      ({ entry, jobs }) => toImageHistoryDto(entry, jobs),
      ({ entry: { place } }) => historyCursor.encode({ place }),
    );
    return count ? { ...page, total } : page;
  }
}
