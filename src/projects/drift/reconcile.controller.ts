import { Body, Controller, Get, HttpStatus, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { PersonCaller } from '../../auth/caller';
import { CurrentPerson } from '../../auth/current-caller.decorator';
import { Allow } from '../../auth/roles.decorator';
import { RequestLanguage } from '../../common/language.decorator';
import type { Language } from '../../common/messages';
import { ApiProblem } from '../../common/openapi-problem';
import { Cursor } from '../../common/paging';
import { DriftRecords } from './drift-records.service';
import {
  ReconcileDto,
  ReconciledDto,
  ReconcileProgressDto,
  toReconciledProjectDto,
  toReconcileProgressDto,
} from './dto/reconcile.dto';
import { ApiHarborProblems } from '../harbor-problems.decorator';
import { ReconcileAnswers, type Reconciled } from './reconcile-answers';
import { ReconcileRounds } from './reconcile-rounds';

const CURSOR = new Cursor('reconcile', { projectId: 'string' });

@ApiTags('Admin')
@Controller('admin/reconcile')
@Allow('admin')
export class ReconcileController {
  constructor(
    private readonly answers: ReconcileAnswers,
    private readonly rounds: ReconcileRounds,
    private readonly records: DriftRecords,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Compare Harbor with what should be, and put right what may be',
    description:
      'With `dryRun`, up to 50 projects are compared and the plan is answered: nothing is changed. With `project`, ' +
      'that one is compared and put right at once. Else a round over all projects begins in the background (202), ' +
      'and GET tells how far it is. What others made in Harbor (members, robots, rules, webhooks) is left alone.',
  })
  @ApiOkResponse({ type: ReconciledDto })
  @ApiAcceptedResponse({ type: ReconcileProgressDto, description: 'The round over all projects has begun' })
  @ApiProblem('not-found', 'project.not-found')
  @ApiProblem('conflict', 'project.busy', 'harbor.changed')
  @ApiHarborProblems()
  async reconcile(
    @CurrentPerson() admin: PersonCaller,
    @Body() { dryRun = false, project, cursor }: ReconcileDto,
    @RequestLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReconciledDto | ReconcileProgressDto> {
    if (project === undefined && !dryRun) {
      reply.status(HttpStatus.ACCEPTED);
      return toReconcileProgressDto(await this.rounds.ask(admin), await this.records.countOpen(), language);
    }
    reply.status(HttpStatus.OK);
    if (project !== undefined) {
      return answerOf(dryRun, await this.answers.ofOne(admin, project, dryRun), language);
    }
    const after = CURSOR.decode(cursor)?.projectId ?? null;
    return answerOf(dryRun, await this.answers.planAfter(after), language);
  }

  @Get()
  @ApiOperation({
    summary: 'How far the comparison of all projects is, and what differs',
    description: 'It runs by itself (RECONCILE_EVERY_MINUTES), at the pace of RECONCILE_CALLS_PER_SECOND.',
  })
  @ApiOkResponse({ type: ReconcileProgressDto })
  async progress(@RequestLanguage() language: Language): Promise<ReconcileProgressDto> {
    return toReconcileProgressDto(await this.rounds.get(), await this.records.countOpen(), language);
  }
}

function answerOf(
  dryRun: boolean,
  { checked, projects, lastId }: Reconciled,
  language: Language,
): ReconciledDto {
  const told = projects.filter(({ notCompared, drifts }) => notCompared !== null || drifts.length > 0);
  return {
    dryRun,
    checked,
    projects: told.map((project) => toReconciledProjectDto(project, language)),
    nextCursor: lastId === null ? null : CURSOR.encode({ projectId: lastId }),
  };
}
