import type { Caller, Role } from './caller';

/** Does this caller have one of the roles that a route is open to? */
export function isAllowed(caller: Caller, roles: readonly Role[]): boolean {
  return rolesOf(caller).some((role) => roles.includes(role));
}

export function rolesOf(caller: Caller): Role[] {
  if (caller.kind !== 'person') return [caller.kind];
  return caller.isAdmin ? ['person', 'admin'] : ['person'];
}

/** The caller as the log names them. */
export function labelOf(caller: Caller): string {
  if (caller.kind !== 'person') return `${caller.kind} ${caller.tokenName}`;
  return caller.actedForBy === null
    ? `person ${caller.username}`
    : `platform ${caller.actedForBy} for ${caller.username}`;
}
