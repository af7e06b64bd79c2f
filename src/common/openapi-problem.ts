import { ApiProperty, ApiPropertyOptional, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { STATUS_BY_KIND, type ErrorKind } from './errors';
import { messageFor } from './messages';
import { messagesEn, type MessageCode, type MessageParams } from './messages.en';
import { problemType, PROBLEM_MEDIA_TYPE } from './problem';

export class ProblemFieldDto {
  @ApiProperty({
    description: 'A JSON pointer into the body, or ?name for a query parameter.',
    example: '/link',
  })
  pointer: string;

  @ApiProperty({ example: 'link.host-other' })
  code: string;

  @ApiProperty({ description: 'What is wrong with it, for people.' })
  detail: string;
}

/** RFC 9457 problem details. */
export class ProblemDto {
  @ApiProperty({ description: 'Stable; the same for every problem with this code.' })
  type: string;

  @ApiProperty({ description: 'Names the problem, in the language of Accept-Language (English or Chinese).' })
  title: string;

  @ApiProperty({ type: 'integer' })
  status: number;

  @ApiProperty({ description: 'What happened, why, and what to do next.' })
  detail: string;

  @ApiProperty({ description: 'Stable, for programs.', example: 'image.tag-moved' })
  code: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    description: 'The facts in the detail.',
  })
  params: Record<string, string | number>;

  @ApiProperty({ description: 'The path that was asked for.' })
  instance: string;

  @ApiProperty({ description: 'Also in the header X-Request-Id and in the log.' })
  requestId: string;

  @ApiPropertyOptional({ type: [ProblemFieldDto] })
  errors?: ProblemFieldDto[];
}

/**
 * Documents problems that a route may answer, by kind and code:
 * `@ApiProblem('conflict', 'image.already-imported', 'image.tag-moved')`. Several may stand over one route.
 * What any route may answer (no token, unknown fields, 500 …) is added to the document by itself.
 */
export function ApiProblem(kind: ErrorKind, ...codes: MessageCode[]): MethodDecorator & ClassDecorator {
  return ApiResponse({ status: STATUS_BY_KIND[kind], description: codes.join('\n\n') });
}

export interface ProblemResponse {
  description: string;
  content: Record<string, { schema: { $ref: string }; examples: Record<string, { $ref: string }> }>;
}

/** A response with these problems; each example is kept once, under components/examples. */
export function problemResponse(codes: readonly MessageCode[]): ProblemResponse {
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }] as const);
  return {
    description: codes.map((code) => `\`${code}\`: ${messagesEn[code].title}.`).join('\n\n'),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: { $ref: getSchemaPath(ProblemDto) },
        examples: Object.fromEntries(examples),
      },
    },
  };
}

/** The codes that ApiProblem left in a response's description. */
export function codesIn(description: string): MessageCode[] {
  return description.split('\n\n').filter(isMessageCode);
}

function isMessageCode(text: string): text is MessageCode {
  return Object.hasOwn(messagesEn, text);
}

/** A problem with this code as it would be answered, its facts left out. */
export function exampleOf(status: number, code: MessageCode): object {
  const names = messagesEn[code].detail.match(/(?<=\{)\w+(?=\})/g) ?? [];
  const params: MessageParams = Object.fromEntries(names.map((name) => [name, '…']));
  return {
    type: problemType(code),
    status,
    ...messageFor(code, params, 'en'),
    code,
    params,
    instance: '/api/v1/…',
    requestId: '0192f0c1-2f6e-7d3a-9c55-6a1de1b2c3d4',
  };
}
