import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { PersonCaller } from '../auth/caller';
import { CurrentPerson } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { IdParam } from '../common/id-param';
import { ApiProblem } from '../common/openapi-problem';
import { RollbackDto, RolledBackDto, toRolledBackDto } from './dto/rollback.dto';
import { ApiTagMoveProblems } from './tag-move-problems.decorator';
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
  @ApiProblem('not-found', 'image.not-found')
  @ApiProblem('invalid', 'image.digest-not-in-history', 'field.digest')
  @ApiTagMoveProblems('image.not-movable')
  async rollBack(
    @CurrentPerson() person: PersonCaller,
    @Param() { id }: IdParam,
    @Body() { digest }: RollbackDto,
  ): Promise<RolledBackDto> {
    return toRolledBackDto(await this.rollbacks.rollBack(person, id, digest));
  }
}
