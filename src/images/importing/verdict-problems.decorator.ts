import { applyDecorators } from '@nestjs/common';
import { ApiProblem } from '../../common/openapi-problem';

/** Documents why a link cannot be imported. */
export function ApiVerdictProblems(): MethodDecorator {
  return applyDecorators(
    ApiProblem(
      'not-found',
      'image.not-found',
      'image.tag-not-found',
      'image.absent-quota',
      'image.absent-read-only',
    ),
    ApiProblem(
      'conflict',
      'image.tag-moved',
      'image.unsigned',
      'image.vulnerable',
      'image.platform-vulnerable',
      'project.replaced',
    ),
    ApiProblem(
      'invalid',
      'link.scheme',
      'link.command',
      'link.host-missing',
      'link.host-other',
      'link.characters',
      'link.repository-missing',
      'link.upper-case',
      'link.path',
      'link.tag',
      'link.digest',
      'link.tag-or-digest-missing',
      'link.signature-tag',
      'link.hold-tag',
      'link.too-long',
      'image.digest-mismatch',
    ),
    ApiProblem('too-many', 'request.busy'),
    ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized'),
    ApiProblem('upstream-unavailable', 'harbor.unavailable'),
    ApiProblem('upstream-timeout', 'harbor.timeout'),
  );
}
