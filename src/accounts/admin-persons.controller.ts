import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { PersonCaller } from '../auth/caller';
import { CurrentPerson } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { RequestLanguage } from '../common/language.decorator';
import type { Language } from '../common/messages';
import { ApiProblem } from '../common/openapi-problem';
import { ApiPage, Cursor, toPage, type Page } from '../common/paging';
import { AdminPersonsService } from './admin-persons.service';
import {
  AdminPersonDto,
  ListPersonsDto,
  OffboardedPersonDto,
  OffboardingStateDto,
  OffboardPersonDto,
  toAdminPersonDto,
  toOffboardedPersonDto,
  toOffboardingStateDto,
} from './dto/admin-person.dto';
import { OffboardingRounds } from './offboarding-rounds.service';
import { OffboardingService } from './offboarding.service';

const CURSOR = new Cursor('persons', { key: 'string' });

@ApiTags('Admin')
@Controller('admin')
@Allow('admin')
export class AdminPersonsController {
  constructor(
    private readonly persons: AdminPersonsService,
    private readonly offboarding: OffboardingService,
    private readonly rounds: OffboardingRounds,
  ) {}

  @Get('persons')
  @ApiOperation({
    summary: 'The people who are known here, by username',
    description: 'Those who logged in once, for whom the platform acted, or whom somebody made a member.',
  })
  @ApiPage(AdminPersonDto)
  async list(@Query() { limit, cursor, count, state, q }: ListPersonsDto): Promise<Page<AdminPersonDto>> {
    const filter = {
      ...(state === undefined ? {} : { state }),
      ...(q === undefined ? {} : { prefix: q }),
    };
    const rows = await this.persons.list(filter, CURSOR.decode(cursor)?.key ?? null, limit + 1);
    const page = toPage(rows, limit, toAdminPersonDto, ({ person }) =>
      CURSOR.encode({ key: person.usernameKey }),
    );
    return count ? { ...page, total: await this.persons.count(filter) } : page;
  }

  @Get('persons/:username')
  @ApiOperation({ summary: 'One person', description: 'With what is to be decided about the username.' })
  @ApiParam({ name: 'username', example: 'liuyizhou' })
  @ApiOkResponse({ type: AdminPersonDto })
  @ApiProblem('not-found', 'person.not-found')
  async get(@Param('username') username: string): Promise<AdminPersonDto> {
    return toAdminPersonDto(await this.persons.get(username));
  }

  @Post('persons/:username/offboard')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'End a person’s access now',
    description:
      'Whatever the directory says; a login does not bring the person back, `restore` does. Images and other data stay.',
  })
  @ApiParam({ name: 'username', example: 'liuyizhou' })
  @ApiOkResponse({ type: OffboardedPersonDto })
  @ApiAcceptedResponse({
    type: OffboardedPersonDto,
    description:
      'The person is refused here; the registry did not answer, and is asked again in the background',
  })
  @ApiProblem('not-found', 'person.not-found')
  async offboard(
    @CurrentPerson() admin: PersonCaller,
    @Param('username') username: string,
    @Body() { reason }: OffboardPersonDto,
    @RequestLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OffboardedPersonDto> {
    const { suspendedAt, username: name } = await this.offboarding.offboard(
      username,
      'admin',
      admin,
      reason ?? null,
    );
    reply.status(suspendedAt === null ? HttpStatus.ACCEPTED : HttpStatus.OK);
    return toOffboardedPersonDto(await this.persons.get(name), language);
  }

  @Post('persons/:username/restore')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    summary: 'Give a person’s access back',
    description:
      'The memberships come back, now or as soon as the registry answers; the person gets a password by a reset.',
  })
  @ApiParam({ name: 'username', example: 'liuyizhou' })
  @ApiOkResponse({ type: AdminPersonDto })
  @ApiProblem('not-found', 'person.not-found')
  async restore(
    @CurrentPerson() admin: PersonCaller,
    @Param('username') username: string,
  ): Promise<AdminPersonDto> {
    const { username: name } = await this.offboarding.restore(username, admin);
    return toAdminPersonDto(await this.persons.get(name));
  }

  @Get('offboarding')
  @ApiOperation({
    summary: 'How the search for people who left stands',
    description: 'Whether it stopped because too many are gone at once, which mostly is a wrong search.',
  })
  @ApiOkResponse({ type: OffboardingStateDto })
  async state(): Promise<OffboardingStateDto> {
    return toOffboardingStateDto(await this.rounds.state());
  }
}
