import { Body, Controller, Get, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { PersonCaller } from '../auth/caller';
import { CurrentPerson } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { RequestLanguage } from '../common/language.decorator';
import type { Language } from '../common/messages';
import { ApiProblem } from '../common/openapi-problem';
import { SweepProgressDto, SweepRequestDto, toSweepProgressDto } from './dto/sweep.dto';
import { SweepsService } from './sweeps.service';

@ApiTags('Admin')
@Controller('admin/sweeps')
@Allow('admin')
export class SweepsController {
  constructor(private readonly sweeps: SweepsService) {}

  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({
    summary: 'Look at every tag of a project, or of all, now',
    description:
      'It begins in the background, at the pace of SWEEP_CALLS_PER_SECOND, and GET tells how far it is. When more ' +
      'than a tenth of a project’s tags (or a twentieth of all, and at least 20) are gone or moved, that is an alarm ' +
      'and nothing of it is recorded: Harbor was perhaps restored, or Berth’s rights were lost. With `force`, what ' +
      'is found is recorded however much it is, and the alarms are settled.',
  })
  @ApiAcceptedResponse({ type: SweepProgressDto })
  @ApiProblem('not-found', 'project.not-found')
  async ask(
    @CurrentPerson() admin: PersonCaller,
    @Body() request: SweepRequestDto,
    @RequestLanguage() language: Language,
  ): Promise<SweepProgressDto> {
    return toSweepProgressDto(await this.sweeps.ask(admin, request), language);
  }

  @Get()
  @ApiOperation({
    summary: 'How far the sweeps over all tags are, and their alarms',
    description: 'They run by themselves: each tag is looked at at least every SWEEP_EVERY_HOURS.',
  })
  @ApiOkResponse({ type: SweepProgressDto })
  async progress(@RequestLanguage() language: Language): Promise<SweepProgressDto> {
    return toSweepProgressDto(await this.sweeps.get(), language);
  }
}
