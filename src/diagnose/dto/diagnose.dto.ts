import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { messageFor, type Language } from '../../common/messages';
import type { Finding, Severity } from '../finding';
import type { Action } from '../target';

const ACTIONS = ['login', 'push', 'pull'] as const satisfies readonly Action[];

export class DiagnoseDto {
  @ApiProperty({ enum: ACTIONS, example: 'push', description: 'What does not work, or shall' })
  @IsIn(ACTIONS, { message: 'field.one-of', context: { choices: ACTIONS.join(', ') } })
  action: Action;

  @ApiPropertyOptional({
    example: 'harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2',
    description: 'The link as it was given to the client; for a login, the address. Mistakes in it are found',
  })
  @IsOptional()
  @IsString({ message: 'field.text', context: { min: 1, max: 1024 } })
  link?: string;

  @ApiPropertyOptional({
    example: 'denied: requested access to the resource is denied',
    description: 'What the client printed, its last lines at least. It is neither kept nor logged',
  })
  @IsOptional()
  @IsString({ message: 'field.text', context: { min: 1, max: 16_384 } })
  message?: string;
}

export class FindingDto {
  @ApiProperty({ example: 'diagnose.tag-exists', description: 'Stable, for programs' })
  code: string;

  @ApiProperty({
    enum: ['problem', 'warning', 'hint'],
    example: 'problem',
    description: 'problem: it cannot work so; warning: it may fail, or soon will; hint: worth knowing',
  })
  severity: Severity;

  @ApiProperty({ example: 'The tag 24.12-v1.2.2 exists already and may not move' })
  detail: string;

  @ApiProperty({ description: 'What to do', example: 'Push a new tag, or use latest.' })
  remedy: string;
}

export class DiagnosisDto {
  @ApiProperty({ example: false, description: 'Nothing was found that keeps it from working' })
  ok: boolean;

  @ApiProperty({ type: [FindingDto], description: 'The most severe first' })
  findings: FindingDto[];
}

export function toDiagnosisDto(findings: readonly Finding[], language: Language): DiagnosisDto {
  return {
    ok: findings.every(({ severity }) => severity !== 'problem'),
    findings: findings.map(({ code, severity, params }) => {
      const { title, detail } = messageFor(code, params, language);
      return { code, severity, detail: title, remedy: detail };
    }),
  };
}
