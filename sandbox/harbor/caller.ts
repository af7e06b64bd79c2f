import type { Robot, User } from './model';

/** Who asks. A robot that is disabled, expired or gives a wrong secret, and a wrong password, are anonymous. */
export type Caller =
  | { kind: 'anonymous' }
  | { kind: 'user'; user: User }
  | { kind: 'robot'; robot: Robot }
  | { kind: 'token'; name: string; access: TokenAccess[]; issuedAt: number };

/** What a registry token allows: actions on `project/repository`. */
export interface TokenAccess {
  type: string;
  name: string;
  actions: string[];
}

export function nameOf(caller: Caller): string {
  switch (caller.kind) {
    case 'anonymous':
      return '';
    case 'user':
      return caller.user.username;
    case 'robot':
      return caller.robot.name;
    case 'token':
      return caller.name;
  }
}

export const isAuthenticated = (caller: Caller): boolean => caller.kind !== 'anonymous';

export const isSystemAdmin = (caller: Caller): boolean => caller.kind === 'user' && caller.user.isSystemAdmin;
