import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, PageQuery, type Page } from '../common/paging';
import type { PersonCaller } from './caller';
import { CurrentPerson } from './current-caller.decorator';
import { ListLoginFailuresDto, LoginFailuresDto, toLoginFailuresDto } from './dto/login-failures.dto';
import { LoginFailuresService } from './login-failures.service';
import { Allow } from './roles.decorator';

@ApiTags('session')
@Controller()
export class LoginFailuresController {
  constructor(private readonly failures: LoginFailuresService) {}

  @Get('admin/login-failures')
  @Allow('admin')
  @ApiOperation({
    summary: 'Failed logins, counted for each person and hour',
    description: 'Newest first. Tries that were throttled did not reach the directory and are not counted.',
  })
  @ApiPage(LoginFailuresDto)
  async list(@Query() { person, ...page }: ListLoginFailuresDto): Promise<Page<LoginFailuresDto>> {
    return toDtos(await this.failures.list(person ?? null, page));
  }

  @Get('account/login-failures')
  @Allow('person')
  @ApiOperation({
    summary: 'How often a login with my username failed',
    description: 'For each hour, newest first: many that were not mine are somebody guessing my password.',
  })
  @ApiPage(LoginFailuresDto)
  async listMine(
    @CurrentPerson() caller: PersonCaller,
    @Query() page: PageQuery,
  ): Promise<Page<LoginFailuresDto>> {
    return toDtos(await this.failures.listOf(caller.personId, page));
  }
}

function toDtos(page: Awaited<ReturnType<LoginFailuresService['list']>>): Page<LoginFailuresDto> {
  return { ...page, items: page.items.map(toLoginFailuresDto) };
}
