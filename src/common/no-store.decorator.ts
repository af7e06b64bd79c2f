import { applyDecorators, Header } from '@nestjs/common';

/** For every answer that holds a secret: nothing on the way may keep it. */
export function NoStore(): MethodDecorator {
  return applyDecorators(Header('Cache-Control', 'no-store'));
}
