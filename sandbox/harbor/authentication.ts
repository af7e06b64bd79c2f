import type { Credentials } from './authentication-header';
import { basicOf } from './authentication-header';
import type { Caller } from './caller';
import type { Robot, User } from './model';
import { matches } from './secrets';
import { readToken } from './tokens';
import type { World } from './world';

/** Who sent this `Authorization`; registry tokens count on the registry's own paths alone. */
export async function authenticate(
  world: World,
  authorization: string | undefined,
  isRegistry: boolean,
): Promise<Caller> {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token) return (isRegistry && readToken(world, token)) || { kind: 'anonymous' };
  const basic = basicOf(authorization);
  if (!basic) return { kind: 'anonymous' };
  const prefix = String(world.database.configuration.robot_name_prefix);
  return basic.name.startsWith(prefix) ? asRobot(world, basic) : asUser(world, basic);
}

async function asRobot(world: World, { name, secret }: Credentials): Promise<Caller> {
  const robot = world.database.robots.find((one) => one.name === name);
  if (!robot || !matches(secret, robot.salt, robot.secretHash)) {
    await world.lockout.wrongSecret();
    return { kind: 'anonymous' };
  }
  return isUsable(robot) ? { kind: 'robot', robot } : { kind: 'anonymous' };
}

const isUsable = (robot: Robot): boolean =>
  !robot.isDisabled && (robot.expiresAt === -1 || robot.expiresAt * 1000 > Date.now());

async function asUser(world: World, { name, secret }: Credentials): Promise<Caller> {
  if (world.lockout.isLocked(name)) return { kind: 'anonymous' };
  const user = userTyped(world, name);
  if (user && matches(secret, user.salt, user.passwordHash)) return { kind: 'user', user };
  await world.lockout.wrongPassword(name);
  return { kind: 'anonymous' };
}

/** By username or by e-mail; another user's e-mail taken as a username wins that login (seen). */
function userTyped(world: World, name: string): User | undefined {
  return world.userNamed(name) ?? world.database.users.find((user) => user.email === name && !user.isDeleted);
}
