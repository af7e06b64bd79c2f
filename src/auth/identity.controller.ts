import { Body, Controller, HttpCode, HttpStatus, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiProblem } from '../common/openapi-problem';
import type { PersonCaller } from './caller';
import { CurrentPerson } from './current-caller.decorator';
import { DecideIdentityDto, IdentityDto, toIdentityDto } from './dto/identity.dto';
import { IdentityService } from './identity.service';
import { Allow } from './roles.decorator';

@ApiTags('Admin')
@Controller('admin/persons/:username/identity')
@Allow('admin')
export class IdentityController {
  constructor(private readonly identities: IdentityService) {}

  @Post()
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Decide whose a username is',
    description:
      'For when the directory gives a known username to another entry, which is 409 `auth.identity-conflict` for ' +
      'whoever logs in with it: the same human, or a newcomer with a leaver’s name.',
  })
  @ApiParam({ name: 'username', example: 'liuyizhou' })
  @ApiOkResponse({ type: IdentityDto })
  @ApiProblem('not-found', 'person.not-found')
  @ApiProblem('conflict', 'person.no-conflict', 'person.entry-exists')
  @ApiProblem('upstream-unavailable', 'directory.unavailable')
  async decide(
    @CurrentPerson() admin: PersonCaller,
    @Param('username') username: string,
    @Body() { decision, entryId }: DecideIdentityDto,
  ): Promise<IdentityDto> {
    return toIdentityDto(await this.identities.decide(admin, username, decision, entryId));
  }
}
