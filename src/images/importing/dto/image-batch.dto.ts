import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject, IsString, MaxLength } from 'class-validator';
import { ProblemDto } from '../../../common/openapi-problem';
import { failureOf, toProblem, type ProblemContext } from '../../../common/problem';
import type { BatchOutcome } from '../image-batch.service';
import { ImportImageDto } from '../../dto/image-requests.dto';
import { ImageDto, toImageDto, type ImageAnswer } from '../../dto/image.dto';

const MAX_IMAGES = 100;
const IMAGES = { message: 'image.batch', context: { max: MAX_IMAGES } };

export class ImportBatchDto {
  @ApiProperty({ type: [ImportImageDto], minItems: 1, maxItems: MAX_IMAGES })
  @IsArray(IMAGES)
  @ArrayMinSize(1, IMAGES)
  @ArrayMaxSize(MAX_IMAGES, IMAGES)
  @IsObject({ ...IMAGES, each: true })
  images: object[];
}

const IDS = { message: 'image.ids', context: { max: MAX_IMAGES } };

export class DeleteBatchDto {
  @ApiProperty({
    type: [String],
    minItems: 1,
    maxItems: MAX_IMAGES,
    example: ['0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b'],
  })
  @IsArray(IDS)
  @ArrayMinSize(1, IDS)
  @ArrayMaxSize(MAX_IMAGES, IDS)
  @IsString({ ...IDS, each: true })
  @MaxLength(64, { ...IDS, each: true })
  ids: string[];
}

export class BatchResultDto {
  @ApiProperty({ type: 'integer', example: 201, description: 'As if the image had been imported alone' })
  status: number;

  @ApiPropertyOptional({ type: ImageDto, description: 'With 201' })
  image?: ImageDto;

  @ApiPropertyOptional({ type: ProblemDto, description: 'With every other status' })
  problem?: ProblemDto;
}

export class ImportedBatchDto {
  @ApiProperty({ type: [BatchResultDto], description: 'One for each image, in the same order' })
  results: BatchResultDto[];
}

export function toImportedBatchDto(
  outcomes: readonly BatchOutcome[],
  answer: ImageAnswer,
  context: ProblemContext,
): ImportedBatchDto {
  return { results: outcomes.map((outcome) => toResultDto(outcome, answer, context)) };
}

function toResultDto(outcome: BatchOutcome, answer: ImageAnswer, context: ProblemContext): BatchResultDto {
  if (outcome.ok) return { status: 201, image: toImageDto(outcome.imported, answer) };
  const problem = toProblem(failureOf(outcome.error, context), context);
  return { status: problem.status, problem };
}
