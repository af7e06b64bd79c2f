import { randomBytes } from 'node:crypto';
import type { HarborRobot, RobotPermission } from '../harbor/harbor.types';
import type { PullSecret } from './pull-secret.entity';

const DAY_MS = 86_400_000;

/** A call whose reply was lost may be applied this much later; what appears under its name then is deleted. */
export const LATE_MS = 10 * 60_000;

/** The robot's name in Harbor: nobody else's, and known before it is made. */
export function pullRobotName(pullSecretId: string): string {
  return `berth-job-${pullSecretId}`;
}

/** The description of the robot. */
export function newPullRobotMark(): string {
  return `Berth job ${randomBytes(12).toString('hex')}`;
}

/** To pull in these projects, and nothing else. */
export function pullPermissions(projects: readonly string[]): RobotPermission[] {
  return projects.map((namespace) => ({
    kind: 'project',
    namespace,
    access: [{ resource: 'repository', action: 'pull' }],
  }));
}

/** Harbor counts whole days: so many that the robot lives no shorter. */
export function backstopDays(now: Date, end: Date): number {
  return Math.max(1, Math.ceil((end.getTime() - now.getTime()) / DAY_MS));
}

/**
 * Is this the robot that Berth made for the secret? Its name cannot be changed in Harbor; its description can, so that
 * the id counts too once it is known. A Harbor that was put back from a backup gives ids a second time, names not.
 */
export function isRobotOf(
  secret: Pick<PullSecret, 'harborName' | 'intentMark' | 'harborRobotId'>,
  found: HarborRobot,
): boolean {
  const isNamed = found.level === 'system' && found.name.endsWith(secret.harborName);
  return isNamed && (found.description === secret.intentMark || found.id === secret.harborRobotId);
}
