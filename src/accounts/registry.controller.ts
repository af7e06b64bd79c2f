import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow } from '../auth/roles.decorator';
import { RegistryDto } from './dto/registry.dto';
import { RegistryService } from './registry.service';

@ApiTags('The registry and my account')
@Controller('registry')
export class RegistryController {
  constructor(private readonly registry: RegistryService) {}

  @Get()
  @Allow('person', 'scheduler', 'platform')
  @ApiOperation({
    summary: 'The registry to push to',
    description: 'Its address as docker wants it, whether it can be reached, and which tags may move.',
  })
  @ApiOkResponse({ type: RegistryDto })
  async get(): Promise<RegistryDto> {
    return this.registry.get();
  }
}
