import { ApiProperty } from '@nestjs/swagger';
import type { ChangedField, FieldValue, ImageFieldChange } from '../image-field-change.entity';

const VALUE = {
  oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  description: 'Text; of labels the list of them; of sharedWith a list such as ["person/ada"], or none',
};

export class ImageChangeDto {
  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  at: Date;

  @ApiProperty({ example: 'liuyizhou', description: 'Who changed it' })
  username: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'The service token of the platform that acted for the person; null when he did it himself',
  })
  actedForBy: string | null;

  @ApiProperty({
    enum: ['description', 'taskType', 'labels', 'visibility', 'sharedWith'],
    example: 'description',
    description: 'sharedWith: one person or group more, or less; told to the owner and to admins alone',
  })
  field: ChangedField;

  @ApiProperty({ ...VALUE, example: 'PyTorch 24.12 with my data loaders' })
  from: FieldValue;

  @ApiProperty({ ...VALUE, example: 'PyTorch 24.12, data loaders fixed' })
  to: FieldValue;
}

export function toImageChangeDto(change: ImageFieldChange): ImageChangeDto {
  const { at, username, actedForBy, field, fromValue: from, toValue: to } = change;
  return { at, username, actedForBy, field, from, to };
}
