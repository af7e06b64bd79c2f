import { applyDecorators } from '@nestjs/common';
import { ApiProblem } from '../common/openapi-problem';

/** Documents what a route answers while Harbor gives no usable answer. */
export function ApiHarborProblems(): MethodDecorator {
  return applyDecorators(
    ApiProblem('upstream-rejected', 'harbor.rejected', 'harbor.unauthorized'),
    ApiProblem('upstream-unavailable', 'harbor.unavailable', 'harbor.read-only'),
    ApiProblem('upstream-timeout', 'harbor.timeout'),
  );
}
