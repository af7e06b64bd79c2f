import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';

const MAX_LINKS = 100;
const LINKS = { message: 'job.links', context: { min: 1, max: MAX_LINKS } };
const JOB_ID = { message: 'job.id', context: { min: 1, max: 128 } };
const USERNAME = { message: 'field.text', context: { min: 1, max: 256 } };

/** The links of a job, as people paste them. */
export function IsJobLinks(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      type: [String],
      minItems: 1,
      maxItems: MAX_LINKS,
      example: ['harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2'],
      description: 'Without tag and digest it is read as :latest',
    }),
    IsArray(LINKS),
    ArrayMinSize(1, LINKS),
    ArrayMaxSize(MAX_LINKS, LINKS),
    IsString({ ...LINKS, each: true }),
  );
}

/** A job as its scheduler calls it. */
export function IsJobId(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ example: 'slurm-84213', minLength: 1, maxLength: 128, description: 'Visible ASCII' }),
    IsString(JOB_ID),
    Matches(/^[\x21-\x7e]{1,128}$/, JOB_ID),
  );
}

/** The username of the person whose job it is. */
export function IsUsernameOfJob(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ example: 'liuyizhou', description: 'Whose job it is' }),
    IsString(USERNAME),
    Length(1, 256, USERNAME),
  );
}

/** How long it holds without another call. */
export function IsJobSeconds(
  min: number,
  max: number,
  example: number,
  description: string,
): PropertyDecorator {
  const rule = { message: 'field.whole-number', context: { min, max } };
  return applyDecorators(
    ApiProperty({ type: 'integer', minimum: min, maximum: max, example, description }),
    IsInt(rule),
    Min(min, rule),
    Max(max, rule),
  );
}
