import { AndFilter, parseFilter, PresenceFilter, type Filter } from 'ldapjs';
import type { DirectoryConfig } from '../config/config';
import { LdapConnection } from './ldap.connection';
import { LdapFailure, type LdapStep } from './ldap-failure';

/** Result codes of RFC 4511 4.1.9. */
const SIZE_LIMIT_EXCEEDED = 4;
const NO_SUCH_OBJECT = 32;

export interface DirectorySurvey {
  /** What the base DN holds; `unidentified`: people are there, but none with a readable login attribute and id. */
  people: 'found' | 'unidentified' | 'none' | 'base-absent';
  adminGroup: 'not-configured' | 'absent' | 'without-members' | 'has-members';
  /** Those that images can be shared with; `unidentified`: none with a readable name, id and members. */
  groups: 'not-configured' | 'found' | 'unidentified' | 'base-absent';
}

/** Why the directory did not let the service account look. */
export interface DirectoryFailure {
  step: LdapStep;
  reason: string;
  /** The result code that the server answered; null when no answer came. */
  resultCode: number | null;
}

/** What the service account sees of the directory, or why it sees nothing; for the doctor. Changes nothing. */
export async function surveyDirectory(config: DirectoryConfig): Promise<DirectorySurvey | DirectoryFailure> {
  const service = LdapConnection.start(config, config.timeoutMs);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), config.timeoutMs * 2);
  late.signal.addEventListener('abort', () => service.close());
  try {
    await service.ready();
    await service.bind(config.bindDn, config.bindPassword);
    return {
      people: await surveyPeople(service, config),
      adminGroup: await surveyAdminGroup(service, config),
      groups: await surveyGroups(service, config),
    };
  } catch (error) {
    if (error instanceof LdapFailure) return error;
    throw error;
  } finally {
    clearTimeout(timer);
    service.close();
  }
}

async function surveyPeople(
  service: LdapConnection,
  config: DirectoryConfig,
): Promise<DirectorySurvey['people']> {
  const person = parseFilter(config.personFilter);
  const has = (attribute: string): Filter => new PresenceFilter({ attribute });
  const identified = new AndFilter({
    filters: [person, has(config.loginAttribute), has(config.idAttribute)],
  });
  const found = await anyEntry(service, config.baseDn, identified);
  if (found !== 'none') return found;
  return (await anyEntry(service, config.baseDn, person)) === 'found' ? 'unidentified' : 'none';
}

async function surveyGroups(
  service: LdapConnection,
  { groupBaseDn, groupMemberAttribute, groupNameAttribute, idAttribute }: DirectoryConfig,
): Promise<DirectorySurvey['groups']> {
  if (groupBaseDn === null) return 'not-configured';
  const attributes = [groupMemberAttribute, groupNameAttribute, idAttribute];
  const filters = attributes.map((attribute) => new PresenceFilter({ attribute }));
  const found = await anyEntry(service, groupBaseDn, new AndFilter({ filters }));
  return found === 'none' ? 'unidentified' : found;
}

async function anyEntry(
  service: LdapConnection,
  baseDn: string,
  filter: Filter,
): Promise<'found' | 'none' | 'base-absent'> {
  try {
    const entries = await service.search(baseDn, { scope: 'sub', filter, attributes: ['1.1'], sizeLimit: 1 });
    return entries.length > 0 ? 'found' : 'none';
  } catch (error) {
    if (resultOf(error) === SIZE_LIMIT_EXCEEDED) return 'found';
    if (resultOf(error) === NO_SUCH_OBJECT) return 'base-absent';
    throw error;
  }
}

async function surveyAdminGroup(
  service: LdapConnection,
  { adminGroupDn, groupMemberAttribute }: DirectoryConfig,
): Promise<DirectorySurvey['adminGroup']> {
  if (adminGroupDn === null) return 'not-configured';
  try {
    const [group] = await service.search(adminGroupDn, {
      scope: 'base',
      filter: new PresenceFilter({ attribute: 'objectClass' }),
      attributes: [groupMemberAttribute],
      sizeLimit: 1,
    });
    if (group === undefined) return 'absent';
    return group.attributes.length > 0 ? 'has-members' : 'without-members';
  } catch (error) {
    if (resultOf(error) === NO_SUCH_OBJECT) return 'absent';
    throw error;
  }
}

function resultOf(error: unknown): number | null {
  return error instanceof LdapFailure ? error.resultCode : null;
}
