import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches } from 'class-validator';
import type { Rollback } from '../rollback.service';

const DIGEST = 'sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b';
const OTHER_DIGEST = 'sha256:873dbde3a7cd0ead4db5c838e8e2759a6fb1d33e5b22795443bf90703cce8e72';
const RULE = { message: 'field.digest' };

export class RollbackDto {
  @ApiProperty({ example: DIGEST, description: 'One that the tag had: see the image’s history' })
  @IsString(RULE)
  @Matches(/^sha256:[0-9a-f]{64}$/, RULE)
  digest: string;
}

export class RolledBackDto {
  @ApiProperty({ example: 'latest' })
  tag: string;

  @ApiProperty({ type: String, nullable: true, example: OTHER_DIGEST, description: 'Null: the tag was gone' })
  from: string | null;

  @ApiProperty({ example: DIGEST })
  to: string;

  @ApiProperty({
    format: 'date-time',
    example: '2026-11-21T09:30:00.000Z',
    description: 'When it was seen there',
  })
  checkedAt: Date;
}

export function toRolledBackDto({ tag, from, to, checkedAt }: Rollback): RolledBackDto {
  return { tag, from, to, checkedAt };
}
