import { applyDecorators } from '@nestjs/common';
import type { MessageCode } from '../common/messages.en';
import { ApiProblem } from '../common/openapi-problem';

/** Documents why a tag cannot be moved back; `conflicts` are those of the one route alone. */
export function ApiTagMoveProblems(...conflicts: MessageCode[]): MethodDecorator {
  return applyDecorators(
    ApiProblem('forbidden', 'project.role-too-low'),
    ApiProblem(
      'conflict',
      ...conflicts,
      'violation.project-not-kept',
      'tag.restore-gone',
      'tag.restore-refused',
      'tag.leased',
      'project.rule-in-the-way',
      'project.busy',
      'project.gone',
      'project.replaced',
      'harbor.changed',
    ),
    ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized'),
    ApiProblem('upstream-unavailable', 'harbor.unavailable', 'harbor.read-only'),
    ApiProblem('upstream-timeout', 'harbor.timeout'),
  );
}
