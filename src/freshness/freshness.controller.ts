import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '../auth/roles.decorator';
import { RequestLanguage } from '../common/language.decorator';
import type { Language } from '../common/messages';
import { FreshnessDto, toFreshnessDto } from './dto/freshness.dto';
import { FreshnessService } from './freshness.service';

@ApiTags('Tag rule')
@Controller('freshness')
export class FreshnessController {
  constructor(private readonly freshness: FreshnessService) {}

  @Get()
  @Allow('admin', 'scheduler', 'platform')
  @ApiOperation({
    summary: 'How soon changes in the registry are known here',
    description: 'Measured, not promised; measured anew every ten seconds at most.',
  })
  @ApiOkResponse({ type: FreshnessDto })
  async get(@RequestLanguage() language: Language): Promise<FreshnessDto> {
    return toFreshnessDto(await this.freshness.get(), language);
  }
}
