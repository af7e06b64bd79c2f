import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { PersonCaller } from '../auth/caller';
import { CurrentPerson } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { IdParam } from '../common/id-param';
import { ApiProblem } from '../common/openapi-problem';
import { RollbackDto, RolledBackDto, toRolledBackDto } from './dto/rollback.dto';
import { RollbackService } from './rollback.service';

@ApiTags('Images')
@Controller('images/:id/rollback')
@Allow('person')
export class RollbackController {
  constructor(private readonly rollbacks: RollbackService) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Move latest back',
    description:
      'To a digest of its history, in one step. What it points to now stays, and is kept while a job runs it. For ' +
      'maintainers and admins of the project.',
  })
  @ApiOkResponse({ type: RolledBackDto })
  @ApiProblem('forbidden', 'project.role-too-low')
  @ApiProblem('not-found', 'image.not-found')
  @ApiProblem('invalid', 'image.digest-not-in-history', 'field.digest')
  @ApiProblem(
    'conflict',
    'image.not-movable',
    'violation.project-not-kept',
    'tag.restore-gone',
    'tag.leased',
    'project.rule-in-the-way',
    'project.busy',
    'project.gone',
    'project.replaced',
    'harbor.changed',
  )
  @ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized')
  @ApiProblem('upstream-unavailable', 'harbor.unavailable', 'harbor.read-only')
  @ApiProblem('upstream-timeout', 'harbor.timeout')
  async rollBack(
    @CurrentPerson() person: PersonCaller,
    @Param() { id }: IdParam,
    @Body() { digest }: RollbackDto,
  ): Promise<RolledBackDto> {
    return toRolledBackDto(await this.rollbacks.rollBack(person, id, digest));
  }
}
