import { randomBytes } from 'node:crypto';
import type { HarborRobot } from '../../harbor/harbor.types';
import { nameInProject } from './robot-name';
import type { Robot } from './robot.entity';

/** A call whose reply was lost may be applied this much later; what appears under its mark then is deleted. */
export const ROBOT_INTENT_LIFETIME_MS = 10 * 60_000;

/** The description of a robot that is being made. */
export function newRobotMark(): string {
  return `Berth ${randomBytes(12).toString('hex')}`;
}

/** Keeps two robots of one name apart in Harbor. */
export function newRobotSuffix(): string {
  return randomBytes(3).toString('hex');
}

/**
 * Is this the robot of a making that was cut off? Its secret was shown to nobody. Names of robots cannot be changed
 * in Harbor; their descriptions can, so the mark counts only until the making is recorded.
 */
export function isOfPendingIntent(robot: Robot, found: HarborRobot): boolean {
  return (
    robot.harborRobotId === null &&
    found.description === robot.intentMark &&
    nameInProject(found.name) === robot.harborName
  );
}
