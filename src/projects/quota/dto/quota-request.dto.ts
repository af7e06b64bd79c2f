import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { PageQuery } from '../../../common/paging';
import { QUOTA_REQUEST_STATES, type QuotaRequestState } from '../quota-request.entity';
import type { QuotaRequestView } from '../quota-requests.service';
import { IsWrittenText, MayBeLeftOut } from '../../dto/field-rules';
import { SetQuotaDto } from './quota.dto';

export class AskForQuotaDto extends SetQuotaDto {
  @ApiProperty({ example: 'Two more CUDA versions to keep', minLength: 1, maxLength: 500 })
  @IsWrittenText(1, 500)
  reason: string;
}

export class DecideQuotaRequestDto {
  @ApiPropertyOptional({ example: 'Until the end of the project', minLength: 1, maxLength: 500 })
  @MayBeLeftOut()
  @IsWrittenText(1, 500)
  note?: string;
}

export class ListQuotaRequestsDto extends PageQuery {
  @ApiPropertyOptional({ enum: QUOTA_REQUEST_STATES, example: 'open' })
  @MayBeLeftOut()
  @IsIn(QUOTA_REQUEST_STATES, {
    message: 'field.one-of',
    context: { choices: QUOTA_REQUEST_STATES.join(', ') },
  })
  state?: QuotaRequestState;
}

export class QuotaRequestDto {
  @ApiProperty({ format: 'uuid', example: '0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' })
  id: string;

  @ApiProperty({ example: 'user-liuyizhou' })
  project: string;

  @ApiProperty({ example: 107_374_182_400, description: 'All that the project should be able to hold' })
  quotaBytes: number;

  @ApiProperty({ example: 'Two more CUDA versions to keep' })
  reason: string;

  @ApiProperty({ enum: QUOTA_REQUEST_STATES, example: 'open' })
  state: QuotaRequestState;

  @ApiProperty({ example: 'liuyizhou' })
  askedBy: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  askedAt: Date;

  @ApiProperty({ type: String, nullable: true, example: null })
  decidedBy: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  decidedAt: Date | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'What the admin who decided says',
  })
  note: string | null;
}

export function toQuotaRequestDto(view: QuotaRequestView): QuotaRequestDto {
  const { id, quotaBytes, reason, state, createdAt, decidedAt, note } = view.request;
  const { project, askedBy, decidedBy } = view;
  return { id, project, quotaBytes, reason, state, askedBy, askedAt: createdAt, decidedBy, decidedAt, note };
}
