import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { MessageCode } from './messages.en';
import { codesIn, exampleOf, ProblemDto, problemResponse } from './openapi-problem';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Examples = Record<string, { value: object }>;

export const DOCS_PATH = 'api/docs';
export const DOCUMENT_PATH = 'api/openapi.json';
/** The name of the security scheme: an access token or a service token. */
export const BEARER = 'bearer';

/** What Berth serves, as OpenAPI 3, read from the controllers; the same from a running app and from a preview. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Berth')
    .setDescription(
      'A place in Harbor for every person of a GPU platform, its catalog of images, and the digest to run. ' +
        'Every error is application/problem+json (RFC 9457) with a stable code.',
    )
    .setVersion('v1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'An access token or a service token.' },
      BEARER,
    );
  const document = SwaggerModule.createDocument(app, builder.build(), {
    extraModels: [ProblemDto],
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  const examples: Examples = {};
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.put, path.post, path.patch, path.delete]) {
      if (operation !== undefined) describeProblems(operation, examples);
    }
  }
  return { ...document, components: { ...document.components, examples } };
}

function describeProblems(operation: Operation, examples: Examples): void {
  const documented = Object.entries(operation.responses).map(([status, response]) => {
    const description = response && 'description' in response ? response.description : '';
    return [Number(status), codesIn(description)] as const;
  });
  const own = new Map(documented.filter(([status]) => status >= 400));
  for (const [status, codes] of generalProblems(operation)) {
    own.set(status, [...new Set([...(own.get(status) ?? []), ...codes])]);
  }
  for (const [status, codes] of own) {
    if (codes.length === 0) continue;
    operation.responses[String(status)] = problemResponse(codes);
    for (const code of codes) examples[code] = { value: exampleOf(status, code) };
  }
}

/** What any route may answer, whatever it does. */
function generalProblems(operation: Operation): [number, MessageCode[]][] {
  const problems: [number, MessageCode[]][] = [
    [400, ['request.malformed', 'request.unknown-field']],
    [500, ['request.failed']],
  ];
  const query = (operation.parameters ?? []).some((each) => 'in' in each && each.in === 'query');
  if (query || operation.requestBody !== undefined) problems.push([422, ['request.invalid']]);
  if (operation.requestBody !== undefined) {
    problems.push([413, ['request.too-large']], [415, ['request.media-type']]);
  }
  if (operation.security !== undefined) {
    problems.push([401, ['auth.token-missing', 'auth.token-invalid']]);
    problems.push([403, ['auth.forbidden', 'auth.act-for-forbidden']]);
  }
  return problems;
}
