import { ApiProperty } from '@nestjs/swagger';
import type { TagState } from '../../../tag-rule/tag-rule';
import type { ImageCheck } from '../../images.service';

export class ImageCheckDto {
  @ApiProperty({ type: String, nullable: true, example: 'v1' })
  tag: string | null;

  @ApiProperty({ enum: ['as-recorded', 'moved', 'current', 'gone', 'unknown'], example: 'moved' })
  state: TagState;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b',
    description: 'The digest it was first seen with, which jobs get; null for latest',
  })
  from: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'sha256:873dbde3a7cd0ead4db5c838e8e2759a6fb1d33e5b22795443bf90703cce8e72',
    description: 'The digest in the registry now; null when the tag is gone',
  })
  to: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  checkedAt: Date;
}

export function toImageCheckDto({ tag, state, from, to, checkedAt }: ImageCheck): ImageCheckDto {
  return { tag, state, from, to, checkedAt };
}
