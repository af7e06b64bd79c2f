import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsDate, IsIn, IsOptional, IsString, Length } from 'class-validator';
import type { MessageCode, MessageParams } from '../../common/messages.en';
import { PageQuery } from '../../common/paging';
import { AsTime } from '../../common/time-field';
import type { AuditOutcome } from '../audit-entry.entity';
import { AUDIT_OUTCOMES } from './audit-entry.dto';

function text(max: number): { message: MessageCode; context: MessageParams } {
  return { message: 'field.text', context: { min: 1, max } };
}

const NAME = text(256);
const ACTION = text(64);
const OUTCOME = { message: 'field.one-of', context: { choices: AUDIT_OUTCOMES.join(', ') } };
const TIME = { message: 'field.time' };

export class ListAuditDto extends PageQuery {
  @ApiPropertyOptional({ example: 'liuyizhou', description: 'The username of whose matter it was' })
  @IsOptional()
  @IsString(NAME)
  @Length(1, 256, NAME)
  person?: string;

  @ApiPropertyOptional({ example: 'portal', description: 'The username or service token that acted' })
  @IsOptional()
  @IsString(NAME)
  @Length(1, 256, NAME)
  actor?: string;

  @ApiPropertyOptional({ example: 'account.credentials-reset' })
  @IsOptional()
  @IsString(ACTION)
  @Length(1, 64, ACTION)
  action?: string;

  @ApiPropertyOptional({ enum: AUDIT_OUTCOMES })
  @IsOptional()
  @IsIn(AUDIT_OUTCOMES, OUTCOME)
  outcome?: AuditOutcome;

  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-01T00:00:00Z' })
  @IsOptional()
  @AsTime()
  @IsDate(TIME)
  from?: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'Exclusive' })
  @IsOptional()
  @AsTime()
  @IsDate(TIME)
  to?: Date;
}
