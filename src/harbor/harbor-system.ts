import type { HarborOperation } from './harbor-operation';
import type { HarborComponent, HarborSystem } from './harbor.types';

export async function system(harbor: HarborOperation): Promise<HarborSystem> {
  const answer = await harbor.get('/systeminfo', {});
  if (!answer.ok) throw answer.rejection();
  const told = answer.body;
  return {
    version: /^v(\d+\.\d+\.\d+)/.exec(told.harbor_version ?? '')?.[1] ?? null,
    authMode: told.auth_mode,
    readOnly: told.read_only ?? null,
    selfRegistration: told.self_registration ?? false,
    projectCreationRestriction: restriction(told.project_creation_restriction),
    externalUrl: told.external_url === undefined || told.external_url === '' ? null : told.external_url,
    currentTime: told.current_time === undefined ? null : new Date(told.current_time),
  };
}

export async function health(harbor: HarborOperation): Promise<HarborComponent[]> {
  const answer = await harbor.get('/health', {});
  if (!answer.ok) throw answer.rejection();
  return answer.body.components.map(({ name, status }) => ({ name, healthy: status === 'healthy' }));
}

/** Lists of projects and the health are answered to anybody; a list of users only to right credentials. */
export async function ping(harbor: HarborOperation): Promise<void> {
  const answer = await harbor.get('/users', { query: { page: 1, page_size: 1 } });
  if (!answer.ok) throw answer.rejection();
}

function restriction(told: string | undefined): HarborSystem['projectCreationRestriction'] {
  return told === 'everyone' || told === 'adminonly' ? told : null;
}
