import { Body, Controller, Delete, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ServiceCaller } from '../auth/caller';
import { CurrentService } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { IdParam } from '../common/id-param';
import { NoStore } from '../common/no-store.decorator';
import { ApiProblem } from '../common/openapi-problem';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { ApiJobLinkProblems } from '../jobs/job-link-problems.decorator';
import { IssuePullSecretDto, PullSecretDto, toPullSecretDto } from './dto/pull-secret.dto';
import { PullSecretsService } from './pull-secrets.service';

@ApiTags('Lookup (the scheduler’s side)')
@Controller('pull-secrets')
@Allow('scheduler')
export class PullSecretsController {
  constructor(
    private readonly pullSecrets: PullSecretsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @NoStore()
  @ApiOperation({
    summary: 'A secret with which a job pulls its images',
    description:
      'A robot of the registry that pulls in the projects of these links, and does nothing else, until expiresAt or ' +
      'until the job ends. `opensProjects` names them: it opens these projects whole, so it is for the scheduler and ' +
      'the node, not for the person. The same call again answers the same secret while it lives; a job has one.',
  })
  @ApiCreatedResponse({ type: PullSecretDto })
  @ApiJobLinkProblems()
  @ApiProblem(
    'conflict',
    'pull-secret.other-question',
    'pull-secret.shared-refused',
    'pull-secret.busy',
    'project.gone',
    'harbor.changed',
  )
  async issue(
    @CurrentService() scheduler: ServiceCaller,
    @Body() body: IssuePullSecretDto,
  ): Promise<PullSecretDto> {
    return toPullSecretDto(await this.pullSecrets.issue(scheduler, body), this.config.registry.address);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'End a pull secret',
    description: 'Its robot is deleted at once; when the registry is away, as soon as it is back.',
  })
  @ApiNoContentResponse({ description: 'Ended, also when there was none' })
  @ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized')
  @ApiProblem('upstream-unavailable', 'harbor.unavailable')
  @ApiProblem('upstream-timeout', 'harbor.timeout')
  async end(@CurrentService() scheduler: ServiceCaller, @Param() { id }: IdParam): Promise<void> {
    await this.pullSecrets.end(scheduler, id);
  }
}
