import { Body, Controller, Get, Param, Put, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { PersonCaller } from '../auth/caller';
import { CurrentPerson } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { formatEtag, IfMatch } from '../common/etag';
import { ApiProblem } from '../common/openapi-problem';
import { PoliciesDto, SetPoliciesDto, toPoliciesDto } from './dto/policies.dto';
import { ApiHarborProblems } from './harbor-problems.decorator';
import { PoliciesService, type ProjectPolicies } from './policies.service';

const ETAG = { ETag: { schema: { type: 'string' as const } } };

@ApiTags('Projects')
@Controller('projects/:project/policies')
@Allow('person')
export class PoliciesController {
  constructor(private readonly policies: PoliciesService) {}

  @Get()
  @ApiOperation({
    summary: 'What a project wants done about tags that moved',
    description: 'For everybody who may see the project.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiOkResponse({ type: PoliciesDto, headers: ETAG })
  @ApiProblem('not-found', 'project.not-found')
  @ApiProblem('conflict', 'project.gone', 'project.replaced')
  @ApiHarborProblems()
  async get(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PoliciesDto> {
    return answer(await this.policies.get(person, project), reply);
  }

  @Put()
  @ApiOperation({
    summary: 'Say what is done about tags that moved',
    description: 'Lookups follow within a second. By admins of the project, and of Berth.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiOkResponse({ type: PoliciesDto, headers: ETAG })
  @ApiProblem('forbidden', 'project.role-too-low')
  @ApiProblem('not-found', 'project.not-found')
  @ApiProblem('conflict', 'project.gone', 'project.replaced')
  @ApiProblem('stale', 'request.stale')
  @ApiHarborProblems()
  async set(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Body() { tagRule }: SetPoliciesDto,
    @IfMatch() ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PoliciesDto> {
    return answer(
      await this.policies.set(person, project, tagRule === 'site' ? null : tagRule, ifMatch),
      reply,
    );
  }
}

function answer(policies: ProjectPolicies, reply: FastifyReply): PoliciesDto {
  reply.header('etag', formatEtag(policies.version));
  return toPoliciesDto(policies);
}
