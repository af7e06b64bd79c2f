import type { HarborConfig } from '../config/config';
import { HarborHttp } from './harbor-http';
import { HarborOperation } from './harbor-operation';
import { createRobot, deleteRobot, listRobots } from './harbor-robots';
import { system } from './harbor-system';
import type { HarborRobot, RobotPermission } from './harbor.types';
import { serviceAccountPermissions } from './service-account-rights';

export const SERVICE_ROBOT_PERMISSIONS: readonly RobotPermission[] = serviceAccountPermissions();

export interface WantedServiceAccount {
  /** Without Harbor's prefix: `berth`. */
  name: string;
  /** Deletes a robot of that name first: what it was used for stops at once. */
  replace: boolean;
}

export type ServiceAccountOutcome =
  | { outcome: 'made'; username: string; password: string }
  | { outcome: 'exists' }
  | { outcome: 'not-an-administrator' }
  /** Before 2.15 a robot may not read, reset or delete users. `version` is null where Harbor does not tell it. */
  | { outcome: 'too-old'; version: string | null }
  /** There is a robot of this name, but several that it could be. */
  | { outcome: 'ambiguous' };

/**
 * Makes Berth's robot in Harbor. Throws the client's DomainErrors.
 * @param admin Harbor's address with an administrator's name and password
 */
export async function makeServiceAccount(
  admin: HarborConfig,
  { name, replace }: WantedServiceAccount,
): Promise<ServiceAccountOutcome> {
  const http = new HarborHttp(admin);
  try {
    const harbor = new HarborOperation(http);
    if (!(await isAdministrator(harbor))) return { outcome: 'not-an-administrator' };
    const { version } = await system(harbor);
    if (version === null || !isRobotVersion(version)) return { outcome: 'too-old', version };
    const made = await makeRobot(harbor, name);
    if (made.outcome === 'made' || !replace) return made;
    const old = robotOfName(await listRobots(harbor, null), name);
    if (old === null) return { outcome: 'ambiguous' };
    await deleteRobot(harbor, old.id);
    return await makeRobot(harbor, name);
  } finally {
    http.close();
  }
}

async function isAdministrator(harbor: HarborOperation): Promise<boolean> {
  const current = await harbor.get('/users/current', {});
  if (current.ok) return current.body.sysadmin_flag ?? false;
  if (current.status === 412) return false;
  throw current.rejection();
}

async function makeRobot(
  harbor: HarborOperation,
  name: string,
): Promise<Extract<ServiceAccountOutcome, { outcome: 'made' | 'exists' }>> {
  const made = await createRobot(harbor, {
    name,
    description: 'Berth',
    level: 'system',
    durationDays: null,
    permissions: [...SERVICE_ROBOT_PERMISSIONS],
  });
  if (made.outcome === 'exists') return made;
  return { outcome: 'made', username: made.name, password: made.secret };
}

/** Harbor's prefix of robots' names is a setting: without the usual one, only a single match is certain. */
function robotOfName(robots: readonly HarborRobot[], name: string): HarborRobot | null {
  const usual = robots.find((robot) => robot.name === `robot$${name}`);
  const ending = robots.filter((robot) => robot.name.endsWith(name));
  return usual ?? (ending.length === 1 ? (ending[0] ?? null) : null);
}

function isRobotVersion(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 15);
}
