import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../auth/caller';
import { CurrentCaller } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { RequestLanguage } from '../common/language.decorator';
import type { Language } from '../common/messages';
import { ApiProblem } from '../common/openapi-problem';
import { ApiPage, Cursor, type Page } from '../common/paging';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { AvailableImages } from './available-images';
import { LookupRate } from './lookup-rate';
import { AvailableImageDto, ListAvailableDto, toAvailableImageDto } from './dto/available.dto';

const cursor = new Cursor('available', { id: 'string' });

@ApiTags('Lookup (the scheduler’s side)')
@Controller('lookup/available')
export class AvailableController {
  constructor(
    private readonly available: AvailableImages,
    private readonly rate: LookupRate,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @Allow('person', 'scheduler')
  @ApiOperation({
    summary: 'What a person may choose for a new job, newest first',
    description:
      'Mine, shared with me and public images that a lookup would answer, for the form "new job". Left out is what no ' +
      'job can run: charts, what is gone from the registry, moved tags where the policy blocks them, and private ' +
      'images of people who left. A page can have fewer items than limit, and still a nextCursor.',
  })
  @ApiPage(AvailableImageDto)
  @ApiProblem('forbidden', 'lookup.for-forbidden')
  @ApiProblem('invalid', 'lookup.for-required', 'image.task-type-unknown')
  @ApiProblem('too-many', 'lookup.too-many')
  async list(
    @CurrentCaller() caller: Caller,
    @Query() query: ListAvailableDto,
    @RequestLanguage() language: Language,
  ): Promise<Page<AvailableImageDto>> {
    this.rate.require(caller, 1);
    const afterId = cursor.decode(query.cursor)?.id ?? null;
    const { items, nextAfterId } = await this.available.list(caller, query, afterId, query.limit);
    const { address } = this.config.registry;
    return {
      items: items.map((image) => toAvailableImageDto(image, address, language)),
      nextCursor: nextAfterId === null ? null : cursor.encode({ id: nextAfterId }),
    };
  }
}
