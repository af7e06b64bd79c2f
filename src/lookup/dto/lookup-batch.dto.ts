import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsString } from 'class-validator';
import { ProblemDto } from '../../common/openapi-problem';
import { failureOf, toProblem, type ProblemContext } from '../../common/problem';
import { answerText } from '../lookup-text';
import type { Outcome } from '../lookup.service';
import { LookupDto, LookupQueryDto } from './lookup.dto';

const MAX_LINKS = 1000;
const LINKS = { message: 'lookup.links', context: { max: MAX_LINKS } };

export class LookupBatchDto extends OmitType(LookupQueryDto, ['link']) {
  @ApiProperty({
    type: [String],
    minItems: 1,
    maxItems: MAX_LINKS,
    example: ['harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2'],
  })
  @IsArray(LINKS)
  @ArrayMinSize(1, LINKS)
  @ArrayMaxSize(MAX_LINKS, LINKS)
  @IsString({ ...LINKS, each: true })
  links: string[];
}

export class LookupResultDto {
  @ApiProperty({ type: 'integer', example: 200, description: 'As if the link had been asked for alone' })
  status: number;

  @ApiPropertyOptional({ type: LookupDto, description: 'With 200' })
  answer?: LookupDto;

  @ApiPropertyOptional({ type: ProblemDto, description: 'With every other status' })
  problem?: ProblemDto;
}

export class LookupBatchAnswerDto {
  @ApiProperty({ type: [LookupResultDto], description: 'One for each link, in the same order' })
  results: LookupResultDto[];
}

/**
 * A LookupBatchAnswerDto as JSON, in bytes: texts of this length are taken for long-lived by V8, and pile up under load.
 */
export function batchBytes(
  outcomes: readonly Outcome[],
  recognise: (error: unknown) => unknown,
  context: ProblemContext,
): Buffer {
  const results = outcomes.map((outcome) => {
    if (outcome.ok) return `{"status":200,"answer":${answerText(outcome.answer, context.language)}}`;
    const problem = toProblem(failureOf(recognise(outcome.error), context), context);
    return JSON.stringify({ status: problem.status, problem });
  });
  const parts = results.map((result, place) => Buffer.from(place === 0 ? result : `,${result}`));
  return Buffer.concat([Buffer.from('{"results":['), ...parts, Buffer.from(']}')]);
}
