import { Body, Controller, Get, HttpCode, HttpStatus, Post, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
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
  @NoStore()
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: SessionDto })
  @ApiProblem('unauthenticated', 'auth.login-failed')
  @ApiProblem('conflict', 'auth.identity-conflict')
  @ApiProblem('forbidden', 'auth.offboarded')
  @ApiProblem('too-many', 'auth.too-many-tries')
  @ApiProblem('upstream-unavailable', 'directory.unavailable', 'database.unavailable')
  async login(@Body() { username }: LoginDto, @Req() request: FastifyRequest): Promise<SessionDto> {
    return toSessionDto(await this.logins.login(request, username));
  }

  @Post('refresh')
  @Public()
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
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse({ description: 'The session cannot be refreshed any more' })
  async logout(@CurrentPerson() caller: PersonCaller): Promise<void> {
    await this.sessions.end(caller);
  }

  @Get('me')
  @Allow('person')
  @ApiOkResponse({ type: MeDto })
  async me(@CurrentPerson() caller: PersonCaller): Promise<MeDto> {
    return toMeDto(await this.persons.get(caller.personId), caller);
  }
}
