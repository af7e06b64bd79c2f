import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { PersonCaller } from '../../auth/caller';
import { CurrentPerson } from '../../auth/current-caller.decorator';
import { Allow } from '../../auth/roles.decorator';
import { RequestLanguage } from '../../common/language.decorator';
import type { Language } from '../../common/messages';
import { ApiProblem } from '../../common/openapi-problem';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { CommandsService } from './commands.service';
import { CommandsDto, CommandsQueryDto, toCommandsDto } from './dto/commands.dto';

@ApiTags('Projects')
@Controller('projects/:project/commands')
export class CommandsController {
  constructor(
    private readonly commands: CommandsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @Allow('person')
  @ApiOperation({
    summary: 'Commands to paste',
    description:
      'What to type or to put into a pipeline, step by step, for the tool at hand. Never with a secret: tools ask for ' +
      'the password, pipelines have a robot in masked variables. Lines that push only for whoever may push.',
  })
  @ApiParam({ name: 'project', example: 'user-liuyizhou' })
  @ApiOkResponse({ type: CommandsDto })
  @ApiProblem('not-found', 'project.not-found')
  @ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized')
  @ApiProblem('upstream-unavailable', 'harbor.unavailable')
  @ApiProblem('upstream-timeout', 'harbor.timeout')
  async get(
    @CurrentPerson() person: PersonCaller,
    @Param('project') project: string,
    @Query() { client }: CommandsQueryDto,
    @RequestLanguage() language: Language,
  ): Promise<CommandsDto> {
    const steps = await this.commands.list(person, project, client);
    return toCommandsDto({ address: this.config.registry.address, project, client, steps }, language);
  }
}
