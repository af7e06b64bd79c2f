import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/roles.decorator';
import { LivenessDto, ReadinessDto } from './dto/health.dto';
import { ReadinessService } from './readiness.service';

@ApiTags('health')
@Controller('health')
@Public()
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  @Get('live')
  @ApiOperation({
    summary: 'The process runs',
    description: 'Asks nothing of anybody: a restart would not bring Harbor back.',
  })
  @ApiOkResponse({ type: LivenessDto })
  live(): LivenessDto {
    return { status: 'alive' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Requests can be sent here',
    description:
      'Names the state of each dependency. Degraded is ready too: lookups and the catalog go on while Harbor or the directory is away.',
  })
  @ApiOkResponse({ type: ReadinessDto })
  @ApiServiceUnavailableResponse({ type: ReadinessDto, description: 'unavailable, or stopping' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessDto> {
    const answer = await this.readiness.observe();
    const isReady = answer.status === 'ready' || answer.status === 'degraded';
    void reply.code(isReady ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    return answer;
  }
}
