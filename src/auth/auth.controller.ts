import { Body, Controller, Get, HttpCode, HttpStatus, Post, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { NoStore } from '../common/no-store.decorator';
import { ApiProblem } from '../common/openapi-problem';
import type { PersonCaller } from './caller';
import { CurrentPerson } from './current-caller.decorator';
import { LoginDto, RefreshDto } from './dto/login.dto';
import { MeDto, SessionDto, toMeDto, toSessionDto } from './dto/session.dto';
import { LoginsService } from './logins.service';
import { PersonsService } from './persons.service';
import { Allow, Public } from './roles.decorator';
import { SessionsService } from './sessions.service';

@ApiTags('session')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly logins: LoginsService,
    private readonly sessions: SessionsService,
    private readonly persons: PersonsService,
  ) {}

  @Post('login')
  @Public()
  @ApiOperation({
    summary: 'Log in',
    description:
      'With the name and password of the directory. The answer to an unknown name and to a wrong password is the same; after too many tries it is 429.',
  })
  @NoStore()
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: SessionDto })
  @ApiProblem('unauthenticated', 'auth.login-failed')
  @ApiProblem('conflict', 'auth.identity-conflict')
  @ApiProblem('forbidden', 'auth.offboarded')
  @ApiProblem('too-many', 'auth.too-many-tries', 'request.busy')
  @ApiProblem('upstream-unavailable', 'directory.unavailable', 'database.unavailable')
  async login(@Body() { username }: LoginDto, @Req() request: FastifyRequest): Promise<SessionDto> {
    return toSessionDto(await this.logins.login(request, username));
  }

  @Post('refresh')
  @Public()
  @ApiOperation({
    summary: 'Go on with a session',
    description:
      'Each refresh token is good once. The same again within 10 seconds is only refused, as when an answer got lost; later it ends the session. The directory is asked whether the person is still there.',
  })
  @NoStore()
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: SessionDto })
  @ApiProblem('unauthenticated', 'auth.refresh-invalid')
  @ApiProblem('conflict', 'auth.identity-conflict')
  @ApiProblem('upstream-unavailable', 'directory.unavailable', 'database.unavailable')
  async refresh(@Body() { refreshToken }: RefreshDto): Promise<SessionDto> {
    return toSessionDto(await this.sessions.refresh(refreshToken));
  }

  @Post('logout')
  @Allow('person')
  @ApiOperation({
    summary: 'Log out',
    description:
      'Ends this session; its access token runs out by itself within minutes. Other sessions of the person go on.',
  })
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse({ description: 'The session cannot be refreshed any more' })
  async logout(@CurrentPerson() caller: PersonCaller): Promise<void> {
    await this.sessions.end(caller);
  }

  @Get('me')
  @Allow('person')
  @ApiOperation({
    summary: 'Who I am',
    description: 'Name, e-mail and roles, as the directory had them at the last login or refresh.',
  })
  @ApiOkResponse({ type: MeDto })
  async me(@CurrentPerson() caller: PersonCaller): Promise<MeDto> {
    return toMeDto(await this.persons.get(caller.personId), caller);
  }
}
