import { SandboxDirectory } from '../../sandbox/directory/sandbox-directory';
import type { DirectoryConfig } from '../config/config';
import { surveyDirectory } from './directory-survey';

describe('surveyDirectory', () => {
  let directory: SandboxDirectory;
  let config: DirectoryConfig;

  beforeAll(async () => {
    directory = await SandboxDirectory.start({
      people: [
        { username: 'ada', password: 'right', displayName: 'Ada', email: null, admin: true },
        { username: 'liuyizhou', password: 'right', displayName: 'Liu', email: null },
      ],
    });
    config = {
      url: directory.url,
      startTls: false,
      ca: null,
      bindDn: directory.bindDn,
      bindPassword: directory.bindPassword,
      baseDn: directory.baseDn,
      loginAttribute: 'uid',
      idAttribute: 'entryUUID',
      displayNameAttribute: 'displayName',
      emailAttribute: 'mail',
      personFilter: '(objectClass=person)',
      disabledFilter: null,
      adminGroupDn: directory.adminGroupDn,
      groupMemberAttribute: 'member',
      groupBaseDn: null,
      groupNameAttribute: 'cn',
      groupLevels: 1,
      groupsMaxStaleMs: 86_400_000,
      timeoutMs: 1000,
    };
  });
  afterAll(async () => directory.stop());

  it('finds people and the admin group', async () => {
    expect(await surveyDirectory(config)).toEqual({
      people: 'found',
      adminGroup: 'has-members',
      groups: 'not-configured',
    });
  });

  it.each<[string, Partial<DirectoryConfig>, object]>([
    ['an id attribute that no entry has', { idAttribute: 'objectGUID' }, { people: 'unidentified' }],
    ['a login attribute that no entry has', { loginAttribute: 'sAMAccountName' }, { people: 'unidentified' }],
    ['a filter that matches nobody', { personFilter: '(objectClass=robot)' }, { people: 'none' }],
    ['a base that does not exist', { baseDn: 'dc=nowhere' }, { people: 'base-absent' }],
    ['no admin group', { adminGroupDn: null }, { adminGroup: 'not-configured' }],
    [
      'an admin group that does not exist',
      { adminGroupDn: 'cn=nobody,dc=nowhere' },
      { adminGroup: 'absent' },
    ],
    ['another member attribute', { groupMemberAttribute: 'uniqueMember' }, { adminGroup: 'without-members' }],
    ['groups', { groupBaseDn: 'ou=groups,dc=sandbox,dc=example' }, { groups: 'found' }],
    [
      'a name that no group has',
      { groupBaseDn: 'ou=groups,dc=sandbox,dc=example', groupNameAttribute: 'ou' },
      { groups: 'unidentified' },
    ],
    ['a place of groups that does not exist', { groupBaseDn: 'dc=nowhere' }, { groups: 'base-absent' }],
  ])('tells %s', async (_case, wrong, expected) => {
    expect(await surveyDirectory({ ...config, ...wrong })).toMatchObject(expected);
  });

  it('tells the step and the code when the service account is wrong', async () => {
    const survey = await surveyDirectory({ ...config, bindPassword: 'wrong' });
    expect(survey).toMatchObject({ step: 'bind', resultCode: 49 });
  });

  it('tells when nobody listens', async () => {
    await directory.down();
    expect(await surveyDirectory(config)).toMatchObject({ step: 'connect', resultCode: null });
    await directory.up();
  });
});
