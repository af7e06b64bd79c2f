import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import { BEARER } from '../common/openapi-document';
import type { Role } from './caller';

/** The key under which a route, or its controller, keeps whom it is open to. */
export const ACCESS = 'berth:access';

export type Access = 'everybody' | readonly Role[];

/** Open to everybody, without a token. */
export function Public(): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, 'everybody' satisfies Access);
}

/**
 * Open to callers with one of these roles; 'person' includes admins, and those for whom the platform acts.
 * A route that has neither this nor Public keeps Berth from starting (route-access.ts).
 */
export function Allow(...roles: [Role, ...Role[]]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, roles satisfies Access),
    ApiBearerAuth(BEARER),
    ApiExtension('x-roles', roles),
  );
}
