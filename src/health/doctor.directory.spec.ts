import type { DirectoryConfig } from '../config/config';
import type { DirectoryFailure, DirectorySurvey } from '../directory/directory-survey';
import { examineDirectory } from './doctor.directory';

const CONFIG: DirectoryConfig = {
  url: 'ldaps://ldap.example.com',
  startTls: false,
  ca: null,
  bindDn: 'cn=berth,dc=example',
  bindPassword: 'secret',
  baseDn: 'dc=example',
  loginAttribute: 'uid',
  idAttribute: 'entryUUID',
  displayNameAttribute: 'cn',
  emailAttribute: 'mail',
  personFilter: '(objectClass=person)',
  disabledFilter: null,
  adminGroupDn: 'cn=admins,dc=example',
  groupMemberAttribute: 'member',
  groupBaseDn: null,
  groupNameAttribute: 'cn',
  groupLevels: 1,
  groupsMaxStaleMs: 86_400_000,
  timeoutMs: 1000,
};
const WELL: DirectorySurvey = { people: 'found', adminGroup: 'has-members', groups: 'found' };

async function complaints(
  survey: DirectorySurvey | DirectoryFailure,
  config: Partial<DirectoryConfig> = {},
): Promise<string[]> {
  const findings = await examineDirectory({ ...CONFIG, ...config }, () => Promise.resolve(survey));
  return findings
    .filter(({ severity }) => severity !== 'ok')
    .map(({ severity, what }) => `${severity}: ${what}`);
}

describe('the doctor on the directory', () => {
  it('has no complaint about one where people and admins are found', async () => {
    expect(await complaints(WELL)).toEqual([]);
  });

  it.each<[Partial<DirectorySurvey>, string]>([
    [{ people: 'unidentified' }, 'problem: people are found, but none with a readable uid and entryUUID'],
    [{ people: 'none' }, 'problem: nobody is found under LDAP_BASE_DN'],
    [{ people: 'base-absent' }, 'problem: LDAP_BASE_DN does not exist in the directory'],
    [{ adminGroup: 'without-members' }, 'warning: the admin group has no readable member'],
    [
      { adminGroup: 'absent' },
      'problem: LDAP_ADMIN_GROUP_DN does not exist in the directory, or cannot be read',
    ],
    [{ adminGroup: 'not-configured' }, 'warning: LDAP_ADMIN_GROUP_DN is not set'],
    [{ groups: 'unidentified' }, 'warning: no group has a readable member, cn and entryUUID'],
    [{ groups: 'base-absent' }, 'warning: LDAP_GROUP_BASE_DN does not exist in the directory'],
  ])('tells %j', async (seen, complaint) => {
    expect(await complaints({ ...WELL, ...seen })).toEqual([complaint]);
  });

  it.each<[DirectoryFailure, RegExp]>([
    [
      { step: 'bind', reason: 'InvalidCredentialsError (49)', resultCode: 49 },
      /does not accept the service account/,
    ],
    [{ step: 'start-tls', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT', resultCode: null }, /refuses StartTLS/],
    [{ step: 'search', reason: 'InsufficientAccessRightsError (50)', resultCode: 50 }, /refuses to search/],
    [
      { step: 'connect', reason: 'ECONNREFUSED', resultCode: null },
      /cannot be reached \(connect: ECONNREFUSED\)/,
    ],
  ])('makes of %j one problem', async (failure, what) => {
    expect(await complaints(failure)).toEqual([expect.stringMatching(what)]);
  });

  it('warns of passwords in plain text, whether it answers or not', async () => {
    const plain = 'warning: LDAP_URL is ldap:// without StartTLS';
    const url = 'ldap://ldap.example.com';
    expect(await complaints(WELL, { url })).toEqual([plain]);
    expect(await complaints(WELL, { url, startTls: true })).toEqual([]);
    const failure: DirectoryFailure = { step: 'connect', reason: 'ECONNREFUSED', resultCode: null };
    expect(await complaints(failure, { url })).toEqual([plain, expect.stringMatching(/^problem/)]);
  });
});
