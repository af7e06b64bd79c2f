import { applyDecorators } from '@nestjs/common';
import { LOOKED_UP_LINK_CODES } from '../common/looked-up-link-codes';
import { ApiProblem } from '../common/openapi-problem';

/** What any route may answer that looks the links of a job up. */
export function ApiJobLinkProblems(): MethodDecorator {
  return applyDecorators(
    ApiProblem('not-found', 'image.not-found'),
    ApiProblem('conflict', 'tag.recorded-gone', 'project.replaced', 'image.owner-offboarded'),
    ApiProblem('invalid', ...LOOKED_UP_LINK_CODES),
    ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized'),
    ApiProblem('upstream-unavailable', 'harbor.unavailable'),
    ApiProblem('upstream-timeout', 'harbor.timeout'),
  );
}
