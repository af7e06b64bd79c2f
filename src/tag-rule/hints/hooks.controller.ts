import { Body, Controller, Headers, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Public } from '../../auth/roles.decorator';
import { ANY_TEXT } from '../../common/json-body';
import { ApiProblem } from '../../common/openapi-problem';
import { HintsService } from './hints.service';

@ApiTags('tag rule')
@Controller('hooks/harbor')
@Public()
export class HooksController {
  constructor(private readonly hints: HintsService) {}

  @Post(':project')
  @HttpCode(HttpStatus.ACCEPTED)
  @RouteConfig(ANY_TEXT)
  @ApiOperation({
    summary: 'A webhook of Harbor',
    description:
      'Where Harbor tells of pushes and deletions in a project that Berth keeps; nobody else has a reason to call ' +
      'it. Berth made the webhook with a secret of its own for each project. What is sent is only a hint: the tag is ' +
      'read again from Harbor, and a body that cannot be read means that anything in the project may have changed.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiHeader({ name: 'Authorization', description: 'As Berth set it in the webhook.', required: true })
  @ApiAcceptedResponse({ description: 'Taken; the look follows.' })
  @ApiProblem('unauthenticated', 'hook.unauthorized')
  async take(
    @Param('project') project: string,
    @Headers('authorization') authorization: string | undefined,
    @Body() body: unknown,
  ): Promise<void> {
    await this.hints.take(project, authorization, typeof body === 'string' ? body : '');
  }
}
