import { Body, Controller, Get, HttpStatus, Inject, Post, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { PersonCaller } from '../auth/caller';
import { CurrentPerson } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { RequestLanguage } from '../common/language.decorator';
import type { Language } from '../common/messages';
import { NoStore } from '../common/no-store.decorator';
import { ApiProblem } from '../common/openapi-problem';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { CredentialAction } from '../throttle/credential-action.decorator';
import { AccountsService } from './accounts.service';
import { AccountDto, toAccountDto } from './dto/account.dto';
import { CredentialsDto, IssueCredentialsDto, toCredentialsDto } from './dto/credentials.dto';

@ApiTags('The registry and my account')
@Controller('account')
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @Allow('person')
  @ApiOperation({
    summary: 'My account in the registry',
    description: 'State, project, quota, and what to do about problems.',
  })
  @ApiOkResponse({ type: AccountDto })
  async get(
    @CurrentPerson() person: PersonCaller,
    @RequestLanguage() language: Language,
  ): Promise<AccountDto> {
    return toAccountDto(await this.accounts.get(person), this.config.registry.address, language);
  }

  @Post('credentials')
  @Allow('person')
  @CredentialAction()
  @NoStore()
  @ApiOperation({
    summary: 'Get credentials for docker login, or new ones',
    description:
      'Makes my private project and my account in the registry where they are absent, and shows the password this once. ' +
      'With `reset`, the old password ends at once; a CI job that still uses it locks the account for seconds at a time. ' +
      'What was cut off goes on with the same call.',
  })
  @ApiCreatedResponse({ type: CredentialsDto, description: 'The first credentials' })
  @ApiOkResponse({ type: CredentialsDto, description: 'New credentials after a reset' })
  @ApiAcceptedResponse({
    type: AccountDto,
    description: 'The registry is slow: the work goes on, and no password of it is shown. Ask again',
  })
  @ApiProblem(
    'conflict',
    'account.credentials-exist',
    'account.busy',
    'account.name-in-use',
    'account.name-not-owned',
    'account.replaced',
    'project.name-not-owned',
    'project.replaced',
  )
  @ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized')
  @ApiProblem(
    'upstream-unavailable',
    'harbor.unavailable',
    'harbor.read-only',
    'account.credentials-interrupted',
  )
  @ApiProblem('upstream-timeout', 'harbor.timeout')
  async issueCredentials(
    @CurrentPerson() person: PersonCaller,
    @Body() body: IssueCredentialsDto,
    @RequestLanguage() language: Language,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CredentialsDto | AccountDto> {
    const issued = await this.accounts.issueCredentials(person, body.reset ?? false);
    if (issued === null) {
      reply.status(HttpStatus.ACCEPTED);
      return this.get(person, language);
    }
    reply.status(issued.first ? HttpStatus.CREATED : HttpStatus.OK);
    return toCredentialsDto(issued, this.config.registry.address, language);
  }
}
