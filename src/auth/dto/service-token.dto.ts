import { ApiProperty } from '@nestjs/swagger';
import { IsIn, Matches } from 'class-validator';
import type { ServiceToken, ServiceTokenKind } from '../service-token.entity';
import type { IssuedServiceToken } from '../service-tokens.service';

export const SERVICE_TOKEN_KINDS = ['scheduler', 'platform'] as const satisfies readonly ServiceTokenKind[];
/** Printable ASCII without spaces at the ends: the name stands in logs and in the audit log. */
export const SERVICE_TOKEN_NAME = /^[!-~](?:[ -~]{0,62}[!-~])?$/;

export class CreateServiceTokenDto {
  @ApiProperty({ enum: SERVICE_TOKEN_KINDS, example: 'scheduler' })
  @IsIn(SERVICE_TOKEN_KINDS, {
    message: 'field.one-of',
    context: { choices: SERVICE_TOKEN_KINDS.join(', ') },
  })
  kind: ServiceTokenKind;

  @ApiProperty({ example: 'slurm', maxLength: 64, pattern: SERVICE_TOKEN_NAME.source })
  @Matches(SERVICE_TOKEN_NAME, { message: 'field.text', context: { min: 1, max: 64 } })
  name: string;
}

export class ServiceTokenDto {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ enum: SERVICE_TOKEN_KINDS })
  kind: ServiceTokenKind;

  @ApiProperty({ example: 'slurm' })
  name: string;

  @ApiProperty({ format: 'date-time' })
  createdAt: Date;

  @ApiProperty({ type: String, nullable: true, description: 'The admin; null when made by "npm run token"' })
  createdBy: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Exact to a minute' })
  lastUsedAt: Date | null;
}

export class IssuedServiceTokenDto extends ServiceTokenDto {
  @ApiProperty({ description: 'The token itself, shown in this answer and never again', example: 'berth_…' })
  token: string;
}

export function toServiceTokenDto(token: ServiceToken): ServiceTokenDto {
  const { id, kind, name, createdAt, createdBy, lastUsedAt } = token;
  return { id, kind, name, createdAt, createdBy, lastUsedAt };
}

export function toIssuedServiceTokenDto({ token, secret }: IssuedServiceToken): IssuedServiceTokenDto {
  return { ...toServiceTokenDto(token), token: secret };
}
