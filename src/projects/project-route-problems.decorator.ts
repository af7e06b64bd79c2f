import { applyDecorators } from '@nestjs/common';
import type { MessageCode } from '../common/messages.en';
import { ApiProblem } from '../common/openapi-problem';
import { ApiHarborProblems } from './harbor-problems.decorator';

interface More {
  notFound?: readonly MessageCode[];
  conflicts?: readonly MessageCode[];
}

/** Documents what a route in a project refuses to whoever has no role for it, or while the project is not whole. */
export function ApiProjectRouteProblems({ notFound = [], conflicts = [] }: More = {}): MethodDecorator {
  return applyDecorators(
    ApiProblem('forbidden', 'project.role-too-low'),
    ApiProblem('not-found', 'project.not-found', ...notFound),
    ApiProblem('conflict', ...conflicts, 'project.unfinished', 'project.gone', 'project.replaced'),
    ApiHarborProblems(),
  );
}
