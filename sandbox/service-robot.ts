import { SERVICE_ROBOT_PERMISSIONS } from '../src/harbor/service-account';
import { postJson } from './post-json';

export interface ServiceRobot {
  name: string;
  secret: string;
}

/** The robot that `npm run service-account` makes on a live Harbor; one that is left of a start that failed goes. */
export async function makeServiceRobot(harborUrl: string, adminPassword: string): Promise<ServiceRobot> {
  const authorization = `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}`;
  const robots = `${harborUrl}/api/v2.0/robots`;
  const present = (await (await fetch(robots, { headers: { authorization } })).json()) as {
    id: number;
    name: string;
  }[];
  for (const { id } of present.filter(({ name }) => name === 'robot$berth')) {
    await fetch(`${robots}/${id}`, { method: 'DELETE', headers: { authorization } });
  }
  const { name, secret } = await postJson<ServiceRobot>(robots, authorization, {
    name: 'berth',
    level: 'system',
    duration: -1,
    permissions: SERVICE_ROBOT_PERMISSIONS,
  });
  return { name, secret };
}

/** As a Harbor behind Berth should be: else anybody can take the name of somebody's project. */
export async function closeProjectCreation(harborUrl: string, adminPassword: string): Promise<void> {
  const authorization = `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}`;
  await fetch(`${harborUrl}/api/v2.0/configurations`, {
    method: 'PUT',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ project_creation_restriction: 'adminonly' }),
  });
}
