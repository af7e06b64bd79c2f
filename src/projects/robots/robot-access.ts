import type { RobotPermission } from '../../harbor/harbor.types';
import type { RobotAccess } from './robot.entity';

/** docker asks for pull when it pushes, to see which layers are there. */
const ACTIONS: Readonly<Record<RobotAccess, readonly string[]>> = {
  pull: ['pull'],
  push: ['pull', 'push'],
};

/** The one permission of a project's robot, as Harbor wants it. */
export function permissionFor(project: string, access: RobotAccess): RobotPermission {
  return {
    kind: 'project',
    namespace: project,
    access: ACTIONS[access].map((action) => ({ resource: 'repository', action })),
  };
}

/** What a robot in Harbor may do; `other` is anything that Berth does not give. */
export function accessOf(permissions: readonly RobotPermission[]): RobotAccess | 'other' {
  const rights = permissions.flatMap(({ access }) => access);
  const actions = new Set(
    rights.filter(({ resource }) => resource === 'repository').map(({ action }) => action),
  );
  if (permissions.length !== 1 || actions.size !== rights.length || !actions.has('pull')) return 'other';
  if (actions.size === 1) return 'pull';
  return actions.size === 2 && actions.has('push') ? 'push' : 'other';
}
