import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { NoStore } from '../common/no-store.decorator';
import { ApiProblem } from '../common/openapi-problem';
import { ApiPage, PageQuery, type Page } from '../common/paging';
import type { PersonCaller } from './caller';
import { CurrentPerson } from './current-caller.decorator';
import {
  CreateServiceTokenDto,
  IssuedServiceTokenDto,
  ServiceTokenDto,
  toIssuedServiceTokenDto,
  toServiceTokenDto,
} from './dto/service-token.dto';
import { Allow } from './roles.decorator';
import { ServiceTokensService } from './service-tokens.service';

@ApiTags('service tokens')
@Controller('admin/service-tokens')
@Allow('admin')
export class ServiceTokensController {
  constructor(private readonly serviceTokens: ServiceTokensService) {}

  @Post()
  @ApiOperation({
    summary: 'Make a service token',
    description: 'For a scheduler or a platform. It is shown this once, and stored hashed.',
  })
  @NoStore()
  @ApiCreatedResponse({ type: IssuedServiceTokenDto })
  @ApiProblem('conflict', 'service-token.name-taken')
  async create(
    @Body() { kind, name }: CreateServiceTokenDto,
    @CurrentPerson() caller: PersonCaller,
  ): Promise<IssuedServiceTokenDto> {
    return toIssuedServiceTokenDto(await this.serviceTokens.create(kind, name, caller));
  }

  @Get()
  @ApiOperation({
    summary: 'The service tokens',
    description: 'Without the tokens themselves: kind, name, who made them and when.',
  })
  @ApiPage(ServiceTokenDto)
  async list(@Query() { limit, cursor, count }: PageQuery): Promise<Page<ServiceTokenDto>> {
    const page = await this.serviceTokens.list(limit, cursor, count);
    return { ...page, items: page.items.map(toServiceTokenDto) };
  }

  @Delete(':id')
  @ApiOperation({
    summary: 'Revoke a service token',
    description: 'It is refused by every replica within a second.',
  })
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiNoContentResponse({ description: 'It is good no more; so too when it never was' })
  async revoke(@Param('id') id: string, @CurrentPerson() caller: PersonCaller): Promise<void> {
    await this.serviceTokens.revoke(id, caller);
  }
}
