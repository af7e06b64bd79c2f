import { DomainError } from '../common/errors';
import type { HarborSurvey, ServiceAccount } from '../harbor/harbor-survey';
import { examineHarbor } from './doctor.harbor';
import type { Finding } from './finding';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const ROBOT: ServiceAccount = { kind: 'robot', missingRights: [], expiresAt: null };
const WELL: HarborSurvey = {
  system: {
    version: '2.15.2',
    authMode: 'db_auth',
    readOnly: false,
    selfRegistration: false,
    projectCreationRestriction: 'adminonly',
    externalUrl: null,
    currentTime: null,
  },
  unhealthy: [],
  account: ROBOT,
};

async function complaints(survey: HarborSurvey): Promise<string[]> {
  return told(await examineHarbor(() => Promise.resolve(survey), NOW));
}

function told(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ severity }) => severity !== 'ok')
    .map(({ severity, what }) => `${severity}: ${what}`);
}

describe('the doctor on Harbor', () => {
  it('has no complaint about a Harbor that is set up as it should be', async () => {
    expect(await complaints(WELL)).toEqual([]);
  });

  it.each<[Partial<HarborSurvey['system']>, string]>([
    [{ authMode: 'ldap_auth' }, 'problem: Harbor’s auth mode is ldap_auth'],
    [{ projectCreationRestriction: 'everyone' }, 'problem: everyone may make projects in Harbor'],
    [{ projectCreationRestriction: null }, 'problem: Harbor does not tell who may make projects'],
    [{ selfRegistration: true }, 'problem: everyone may register in Harbor by himself'],
    [{ readOnly: true }, 'warning: Harbor is read-only now'],
    [{ readOnly: null }, 'warning: Harbor does not tell whether it is read-only'],
  ])('tells %j', async (system, complaint) => {
    expect(await complaints({ ...WELL, system: { ...WELL.system, ...system } })).toEqual([complaint]);
  });

  it('names the parts of Harbor that are not well', async () => {
    expect(await complaints({ ...WELL, unhealthy: ['database', 'redis'] })).toEqual([
      'warning: Harbor says that parts of it are not well: database, redis',
    ]);
  });

  it.each<[string | null, ServiceAccount, string[]]>([
    [
      '2.15.2',
      { kind: 'user', isSystemAdmin: true },
      ['warning: the service account is an administrator of Harbor'],
    ],
    ['2.12.4', { kind: 'user', isSystemAdmin: true }, []],
    [null, { kind: 'user', isSystemAdmin: true }, []],
    [
      '2.15.2',
      { kind: 'user', isSystemAdmin: false },
      ['problem: the service account is a user of Harbor without administrator rights'],
    ],
    ['2.12.4', ROBOT, ['problem: the service account is a robot, and this Harbor is older than 2.15.0']],
    ['3.0.0', ROBOT, []],
    [null, ROBOT, []],
    [
      '2.15.2',
      { ...ROBOT, missingRights: ['user:update', 'tag:list in all projects'] },
      ['problem: the service robot lacks rights: user:update, tag:list in all projects'],
    ],
    ['2.15.2', { ...ROBOT, missingRights: null }, ['problem: the service robot cannot see its own rights']],
    [
      '2.15.2',
      { ...ROBOT, expiresAt: new Date('2026-12-05T12:00:00.000Z') },
      ['warning: the service robot ends on 2026-12-05T12:00:00.000Z'],
    ],
    ['2.15.2', { ...ROBOT, expiresAt: new Date('2026-12-05T12:00:01.000Z') }, []],
  ])('on %s judges the service account %j', async (version, account, expected) => {
    expect(await complaints({ ...WELL, system: { ...WELL.system, version }, account })).toEqual(expected);
  });

  it.each([
    ['upstream-rejected', 'harbor.unauthorized', undefined, /does not accept the service account/],
    ['upstream-rejected', 'harbor.rejected', 'GET /systeminfo: a redirect', /not Harbor.*a redirect/],
    [
      'upstream-unavailable',
      'harbor.unavailable',
      'GET /systeminfo: ECONNREFUSED',
      /cannot be reached.*ECONNREFUSED/,
    ],
    ['upstream-timeout', 'harbor.timeout', 'no answer within the deadline', /cannot be reached.*no answer/],
  ] as const)('makes of %s %s one problem', async (kind, code, cause, what) => {
    const error = new DomainError(kind, code, {}, cause === undefined ? {} : { cause: new Error(cause) });
    const findings = await examineHarbor(() => Promise.reject(error), NOW);
    expect(told(findings)).toEqual([expect.stringMatching(what)]);
  });

  it('tells how to trust a private authority', async () => {
    const cause = new Error('GET /users/current: SELF_SIGNED_CERT_IN_CHAIN');
    const error = new DomainError('upstream-unavailable', 'harbor.unavailable', {}, { cause });
    const [finding] = await examineHarbor(() => Promise.reject(error), NOW);
    expect(finding).toMatchObject({ remedy: expect.stringContaining('HARBOR_CA_FILE') as string });
  });
});
