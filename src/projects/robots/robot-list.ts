import type { HarborRobot } from '../../harbor/harbor.types';
import { accessOf } from './robot-access';
import { isOfPendingIntent } from './robot-intent';
import { nameInProject } from './robot-name';
import type { Robot, RobotAccess } from './robot.entity';

/**
 * `active`; `ending`, rotated or deleted; `ended`, its time is over; `changed`, it may do something else in Harbor
 * than Berth gave it; `disabled` in Harbor; `missing` in Harbor.
 */
export type RobotState = 'active' | 'ending' | 'ended' | 'changed' | 'disabled' | 'missing';

export interface ListedRobot {
  /** Stands for the robot in cursors; ascending in the list. */
  key: string;
  /** Null: others made it in Harbor, and Berth leaves it alone. */
  id: string | null;
  name: string;
  /** What it logs in with; null while it is not in Harbor. */
  username: string | null;
  access: RobotAccess | 'other';
  state: RobotState;
  expiresAt: Date | null;
  createdAt: Date;
  createdByPersonId: string | null;
  rotatedFromId: string | null;
}

/** The robots of a project by name: those in Harbor, and those that Berth made and Harbor lost. */
export function robotList(
  recorded: readonly Robot[],
  inHarbor: readonly HarborRobot[],
  now: Date,
): ListedRobot[] {
  const ids = new Set(recorded.map(({ harborRobotId }) => harborRobotId));
  const own = recorded
    .filter(({ harborRobotId }) => harborRobotId !== null)
    .map((robot) =>
      ownRobot(
        robot,
        inHarbor.find(({ id }) => id === robot.harborRobotId),
        now,
      ),
    );
  const foreign = inHarbor
    .filter((found) => !ids.has(found.id) && !recorded.some((robot) => isOfPendingIntent(robot, found)))
    .map((found) => foreignRobot(found, now));
  return [...own, ...foreign].sort((one, other) => (one.key < other.key ? -1 : 1));
}

/** A robot that was made a moment ago, as it will be listed. */
export function justMade(robot: Robot, username: string): ListedRobot {
  const { id, name, access, expiresAt, createdAt, createdByPersonId, rotatedFromId } = robot;
  return {
    key: `${name} ${id}`,
    id,
    name,
    username,
    access,
    state: 'active',
    expiresAt,
    createdAt,
    createdByPersonId,
    rotatedFromId,
  };
}

function ownRobot(robot: Robot, found: HarborRobot | undefined, now: Date): ListedRobot {
  return {
    ...justMade(robot, ''),
    username: found?.name ?? null,
    access: found === undefined ? robot.access : accessOf(found.permissions),
    state: stateOf(robot, found, now),
  };
}

function stateOf(robot: Robot, found: HarborRobot | undefined, now: Date): RobotState {
  if (robot.expiresAt <= now) return 'ended';
  if (robot.currentName === null) return 'ending';
  if (found === undefined) return 'missing';
  if (found.disabled) return 'disabled';
  return accessOf(found.permissions) === robot.access ? 'active' : 'changed';
}

function foreignRobot(found: HarborRobot, now: Date): ListedRobot {
  const hasEnded = found.expiresAt !== null && found.expiresAt <= now;
  return {
    key: `${nameInProject(found.name)} ${found.id}`,
    id: null,
    name: nameInProject(found.name),
    username: found.name,
    access: accessOf(found.permissions),
    state: hasEnded ? 'ended' : found.disabled ? 'disabled' : 'active',
    expiresAt: found.expiresAt,
    createdAt: found.createdAt,
    createdByPersonId: null,
    rotatedFromId: null,
  };
}
