import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateIf,
} from 'class-validator';
import type { MessageCode, MessageParams } from '../../common/messages.en';

function text(max: number): { message: MessageCode; context: MessageParams } {
  return { message: 'field.text', context: { min: 1, max } };
}

const LINK = text(1024);
const DESCRIPTION = text(120);
const TASK_TYPE = text(64);
const MAX_LABELS = 10;
const LABEL_LENGTH = 40;
const LABELS: { message: MessageCode; context: MessageParams } = {
  message: 'image.label',
  context: { max: MAX_LABELS, length: LABEL_LENGTH },
};

/** No control characters, and none that turn the direction of what follows. */
const VISIBLE = /^[^\p{Cc}\u202A-\u202E\u2066-\u2069]*$/u;

/** Null is not "leave it as it is": only what is not given is. */
const ifGiven = ValidateIf((_, value: unknown) => value !== undefined);

/** People's titles come with stray white space around them. */
const trimmed = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' ? value.trim() : value,
);

const trimmedEach = Transform(({ value }: { value: unknown }) =>
  Array.isArray(value)
    ? value.map((text: unknown) => (typeof text === 'string' ? text.trim() : text))
    : value,
);

function IsLabels(): PropertyDecorator {
  return applyDecorators(
    trimmedEach,
    Matches(VISIBLE, { message: 'field.visible-text', each: true }),
    IsArray(LABELS),
    ArrayMaxSize(MAX_LABELS, LABELS),
    ArrayUnique(LABELS),
    IsString({ ...LABELS, each: true }),
    Length(1, LABEL_LENGTH, { ...LABELS, each: true }),
  );
}

const LABELS_SCHEMA = {
  type: [String] as [StringConstructor],
  example: ['vision', '大模型'],
  maxItems: MAX_LABELS,
  description: 'My own words for it, for search: at most 10 different ones, each of 1 to 40 characters',
};

export class PreviewImageDto {
  @ApiProperty({
    example: 'harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2',
    description: 'The full link as pushed, with a tag or a digest (or both, when they agree)',
  })
  @IsString(LINK)
  link: string;
}

export class ImportImageDto {
  @ApiProperty({
    example: 'harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2',
    description: 'The full link as pushed, with a tag or a digest (or both, when they agree)',
  })
  @IsString(LINK)
  link: string;

  @ApiProperty({ example: 'PyTorch 24.12 with my data loaders', minLength: 1, maxLength: 120 })
  @trimmed
  @IsString(DESCRIPTION)
  @Length(1, 120, DESCRIPTION)
  @Matches(VISIBLE, { message: 'field.visible-text' })
  description: string;

  @ApiProperty({ example: 'pytorch', description: 'One of GET /images/task-types' })
  @IsString(TASK_TYPE)
  @MaxLength(64, TASK_TYPE)
  taskType: string;

  @ApiPropertyOptional({ ...LABELS_SCHEMA, default: [] })
  @IsLabels()
  labels: string[] = [];
}

export class ChangeImageDto {
  @ApiPropertyOptional({ example: 'PyTorch 24.12, data loaders fixed', minLength: 1, maxLength: 120 })
  @ifGiven
  @trimmed
  @IsString(DESCRIPTION)
  @Length(1, 120, DESCRIPTION)
  @Matches(VISIBLE, { message: 'field.visible-text' })
  description?: string;

  @ApiPropertyOptional({ example: 'jupyter', description: 'One of GET /images/task-types' })
  @ifGiven
  @IsString(TASK_TYPE)
  @MaxLength(64, TASK_TYPE)
  taskType?: string;

  @ApiPropertyOptional(LABELS_SCHEMA)
  @ifGiven
  @IsLabels()
  labels?: string[];
}
