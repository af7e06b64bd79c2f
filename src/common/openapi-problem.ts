import { ApiProperty, ApiPropertyOptional, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { STATUS_BY_KIND, type ErrorKind } from './errors';
import { messagesEn, type MessageCode } from './messages.en';
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
  content: Record<string, { schema: { $ref: string }; examples: Record<string, { value: object }> }>;
}

/** Turns the codes that ApiProblem left in a response's description into texts and examples of the catalogue. */
export function problemResponse(status: number, codes: readonly MessageCode[]): ProblemResponse {
  return {
    description: codes.map((code) => `\`${code}\`: ${messagesEn[code].title}.`).join('\n\n'),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: { $ref: getSchemaPath(ProblemDto) },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(status, code) }])),
      },
    },
  };
}

export function codesIn(description: string): MessageCode[] {
  return description.split('\n\n').filter(isMessageCode);
}

function isMessageCode(text: string): text is MessageCode {
  return Object.hasOwn(messagesEn, text);
}

function exampleOf(status: number, code: MessageCode): object {
  const { title, detail } = messagesEn[code];
  const names = [...detail.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, '…']);
  return {
    type: problemType(code),
    title,
    status,
    detail,
    code,
    params: Object.fromEntries(names) as object,
    instance: '/api/v1/…',
    requestId: '0192f0c1-2f6e-7d3a-9c55-6a1de1b2c3d4',
  };
}
