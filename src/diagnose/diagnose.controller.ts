import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { PersonCaller } from '../auth/caller';
import { CurrentPerson } from '../auth/current-caller.decorator';
import { Allow } from '../auth/roles.decorator';
import { RequestLanguage } from '../common/language.decorator';
import type { Language } from '../common/messages';
import { NoStore } from '../common/no-store.decorator';
import { DiagnoseService } from './diagnose.service';
import { DiagnoseDto, DiagnosisDto, toDiagnosisDto } from './dto/diagnose.dto';

@ApiTags('The registry and my account')
@Controller('account/diagnose')
export class DiagnoseController {
  constructor(private readonly diagnoses: DiagnoseService) {}

  @Post()
  @HttpCode(200)
  @Allow('person')
  @NoStore()
  @ApiOperation({
    summary: 'Why a login, push or pull does not work, or would not',
    description:
      'Before or after a try. Looks at my account, the link, the project, my role, the quota and the tag, and ' +
      'understands what docker, podman, skopeo, helm and Kubernetes print. Changes nothing; while the registry is away ' +
      'it says so, with what can be found without it.',
  })
  @ApiOkResponse({ type: DiagnosisDto })
  async diagnose(
    @CurrentPerson() person: PersonCaller,
    @Body() question: DiagnoseDto,
    @RequestLanguage() language: Language,
  ): Promise<DiagnosisDto> {
    return toDiagnosisDto(await this.diagnoses.diagnose(person, question), language);
  }
}
