import { applyDecorators } from '@nestjs/common';
import { ApiProblem } from '../common/openapi-problem';

/** What any route may answer that looks the links of a job up. */
export function ApiJobLinkProblems(): MethodDecorator {
  return applyDecorators(
    ApiProblem('not-found', 'image.not-found'),
    ApiProblem('conflict', 'tag.recorded-gone', 'project.replaced', 'image.owner-offboarded'),
    ApiProblem(
      'invalid',
      'link.scheme',
      'link.command',
      'link.host-other',
      'link.upper-case',
      'link.path',
      'link.tag',
    ),
    ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized'),
    ApiProblem('upstream-unavailable', 'harbor.unavailable'),
    ApiProblem('upstream-timeout', 'harbor.timeout'),
  );
}
