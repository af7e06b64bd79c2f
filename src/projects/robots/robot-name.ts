/** Harbor's rule for the names of robots. */
export const ROBOT_NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
export const MAX_ROBOT_NAME = 64;

/** The name of a robot within its project, of its login name in Harbor: `robot$user-ada+ci` is `ci`. */
export function nameInProject(loginName: string): string {
  return loginName.slice(loginName.lastIndexOf('+') + 1);
}

/** Another name for a robot whose own name may still be in use in Harbor. */
export function suffixedName(name: string, suffix: string): string {
  return `${name}-${suffix}`;
}
