import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../auth/caller';
import { CurrentCaller } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { RequestLanguage } from '../common/language.decorator';
import type { Language } from '../common/messages';
import { ApiProblem } from '../common/openapi-problem';
import { LookupDto, LookupQueryDto, toLookupDto } from './dto/lookup.dto';
import { LookupMemory } from './lookup-memory';
import { LookupService } from './lookup.service';

@ApiTags('Lookup (the scheduler’s side)')
@Controller('lookup')
export class LookupController {
  constructor(
    private readonly lookups: LookupService,
    private readonly memory: LookupMemory,
  ) {}

  @Get()
  @Allow('person', 'scheduler')
  @ApiOperation({
    summary: 'What a job runs for a link',
    description:
      'A tag that may not move answers with the digest it was first seen with, also while the registry is away. ' +
      '`latest` answers with a look that is at most maxAgeMs old; while the registry is away, with the last known digest and `stale: true`.',
  })
  @ApiOkResponse({ type: LookupDto })
  @ApiProblem('forbidden', 'lookup.for-forbidden')
  @ApiProblem('not-found', 'image.not-found')
  @ApiProblem('conflict', 'tag.recorded-gone', 'project.replaced', 'image.owner-offboarded')
  @ApiProblem(
    'invalid',
    'link.scheme',
    'link.host-other',
    'link.upper-case',
    'link.path',
    'link.tag',
    'lookup.for-required',
  )
  @ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized')
  @ApiProblem('upstream-unavailable', 'harbor.unavailable', 'lookup.not-fresh')
  @ApiProblem('upstream-timeout', 'harbor.timeout')
  async lookup(
    @CurrentCaller() caller: Caller,
    @Query() query: LookupQueryDto,
    @RequestLanguage() language: Language,
    @Req() request: FastifyRequest,
  ): Promise<LookupDto> {
    const changes = this.memory.count;
    const answer = toLookupDto(await this.lookups.lookup(caller, query), language);
    if (answer.recordedDigest !== null) this.memory.remember(request, answer, changes);
    return answer;
  }
}
