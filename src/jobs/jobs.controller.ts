import { Body, Controller, Delete, HttpCode, Param, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ServiceCaller } from '../auth/caller';
import { CurrentService } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { ApiProblem } from '../common/openapi-problem';
import { JobAddress, JobDto, LeaseImagesDto, toJobDto } from './dto/job.dto';
import { ApiJobLinkProblems } from './job-link-problems.decorator';
import { JobsService } from './jobs.service';

@ApiTags('Lookup (the scheduler’s side)')
@Controller('jobs/:jobId')
@Allow('scheduler')
export class JobsController {
  constructor(private readonly jobs: JobsService) {}

  @Put('images')
  @ApiOperation({
    summary: 'Lease the images of a job',
    description:
      'Answers what the job runs for each link, as a lookup does, and keeps it: nothing leased is deleted, rolled back ' +
      'or restored away through Berth. The same call again is the heartbeat: it answers the same digests, also for ' +
      '`latest` and while the registry is away, and the lease begins anew. The job is known by its id and the ' +
      'scheduler’s token.',
  })
  @ApiOkResponse({ type: JobDto })
  @ApiJobLinkProblems()
  @ApiProblem('conflict', 'job.other-question', 'job.image-being-removed')
  async lease(
    @CurrentService() scheduler: ServiceCaller,
    @Param() { jobId }: JobAddress,
    @Body() body: LeaseImagesDto,
  ): Promise<JobDto> {
    return toJobDto(await this.jobs.lease(scheduler, jobId, body));
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    summary: 'The job is over',
    description: 'Its images are free again, and its pull secrets end within seconds.',
  })
  @ApiNoContentResponse({ description: 'Over, also when there was no such job' })
  async end(@CurrentService() scheduler: ServiceCaller, @Param() { jobId }: JobAddress): Promise<void> {
    await this.jobs.end(scheduler, jobId);
  }
}
