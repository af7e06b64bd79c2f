import { Body, Controller, Get, Header, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../auth/caller';
import { CurrentCaller } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { RequestLanguage } from '../common/language.decorator';
import type { Language } from '../common/messages';
import { LOOKED_UP_LINK_CODES } from '../common/looked-up-link-codes';
import { ApiProblem } from '../common/openapi-problem';
import { problemContextOf } from '../common/problem-context';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { toDatabaseError } from '../database/database-errors';
import { batchBytes, LookupBatchAnswerDto, LookupBatchDto } from './dto/lookup-batch.dto';
import { LookupDto, LookupQueryDto } from './dto/lookup.dto';
import { LookupFront } from './lookup-front';
import { LookupRate } from './lookup-rate';
import { answerText } from './lookup-text';
import { LookupService } from './lookup.service';

const JSON_TYPE = 'application/json; charset=utf-8';

@ApiTags('Lookup (the scheduler’s side)')
@Controller('lookup')
export class LookupController {
  constructor(
    private readonly lookups: LookupService,
    private readonly front: LookupFront,
    private readonly rate: LookupRate,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @Allow('person', 'scheduler')
  @ApiOperation({
    summary: 'What a job runs for a link',
    description:
      'A tag that may not move answers with the digest it was first seen with, also while the registry is away. ' +
      '`latest` answers with a look that is at most maxAgeMs old; while the registry is away, with the last known digest and `stale: true`.',
  })
  @Header('content-type', JSON_TYPE)
  @ApiOkResponse({ type: LookupDto })
  @ApiProblem('forbidden', 'lookup.for-forbidden')
  @ApiProblem('not-found', 'image.not-found')
  @ApiProblem('conflict', 'tag.recorded-gone', 'project.replaced', 'image.owner-offboarded', 'lookup.blocked')
  @ApiProblem('invalid', ...LOOKED_UP_LINK_CODES, 'lookup.for-required')
  @ApiProblem('too-many', 'lookup.too-many')
  @ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized')
  @ApiProblem('upstream-unavailable', 'harbor.unavailable', 'lookup.not-fresh', 'database.unavailable')
  @ApiProblem('upstream-timeout', 'harbor.timeout')
  async lookup(
    @CurrentCaller() caller: Caller,
    @Query() query: LookupQueryDto,
    @RequestLanguage() language: Language,
    @Req() request: FastifyRequest,
  ): Promise<string> {
    this.front.throwProblem(request);
    this.rate.require(caller, 1);
    return answerText(await this.lookups.answer(caller, query), language);
  }

  @Post()
  @HttpCode(200)
  @Allow('person', 'scheduler')
  @ApiOperation({
    summary: 'What a job runs for each of up to 1,000 links',
    description:
      'Each as if it came alone: one that is refused does not stop the others. The answer has one result for each, in ' +
      'the same order: the answer, or the problem that GET /lookup would have answered. What has to be looked at in ' +
      'the registry takes turns, for two seconds together: what did not get its turn is answered `stale: true`.',
  })
  @Header('content-type', JSON_TYPE)
  @ApiOkResponse({ type: LookupBatchAnswerDto })
  @ApiProblem('forbidden', 'lookup.for-forbidden')
  @ApiProblem('invalid', 'lookup.links', 'lookup.for-required')
  @ApiProblem('too-many', 'lookup.too-many')
  async lookupAll(
    @CurrentCaller() caller: Caller,
    @Body() body: LookupBatchDto,
    @Req() request: FastifyRequest,
  ): Promise<Buffer> {
    const { links, ...question } = body;
    this.rate.require(caller, links.length);
    const outcomes = await this.lookups.answerAll(caller, question, links);
    const context = problemContextOf(request, this.config.http.bodyLimitBytes);
    return batchBytes(outcomes, (error) => toDatabaseError(error) ?? error, context);
  }
}
