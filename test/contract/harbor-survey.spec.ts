import nock from 'nock';
import type { HarborConfig } from '../../src/config/config';
import { surveyHarbor } from '../../src/harbor/harbor-survey';
import { Recording, replay, VERSIONS } from './client-replay';

const CONFIG: HarborConfig = {
  url: 'http://harbor.test',
  username: 'robot$berth',
  password: 'secret',
  ca: null,
  deadlineMs: 5000,
  maxResponseBytes: 1024 * 1024,
};

function serve(path: string, status: number, body: object): void {
  nock(CONFIG.url).get(`/api/v2.0${path}`).query(true).reply(status, body);
}

describe('surveyHarbor', () => {
  afterEach(() => nock.cleanAll());

  it('sees a robot with all rights on 2.15.2', async () => {
    const recording = new Recording('2.15.2');
    for (const name of ['robot: current user', 'robot: list system robots', 'health', 'robot: systeminfo']) {
      replay(recording.get(name));
    }
    expect(await surveyHarbor(CONFIG)).toMatchObject({
      account: { kind: 'robot', missingRights: [], expiresAt: null },
      unhealthy: ['jobservice', 'portal'],
      system: {
        version: '2.15.2',
        projectCreationRestriction: 'everyone',
        readOnly: false,
        authMode: 'db_auth',
      },
    });
  });

  it.each(VERSIONS)('sees an administrator on %s', async (version) => {
    const recording = new Recording(version);
    for (const name of ['current user', 'health', 'systeminfo as admin']) replay(recording.get(name));
    expect((await surveyHarbor(CONFIG)).account).toEqual({ kind: 'user', isSystemAdmin: true });
  });

  describe('as a robot', () => {
    beforeEach(() => {
      const recording = new Recording('2.15.2');
      for (const name of ['robot: current user', 'health', 'robot: systeminfo']) replay(recording.get(name));
    });

    it('names the rights that are missing', async () => {
      const [self] = new Recording('2.15.2').body<
        { permissions: { kind: string; access: { action: string }[] }[] }[]
      >('robot: list system robots');
      const permissions = self?.permissions.map((each) => ({
        ...each,
        access: each.access.filter(({ action }) => each.kind === 'system' || action !== 'pull'),
      }));
      serve('/robots', 200, [{ ...self, permissions, expires_at: 1795346439 }]);
      expect((await surveyHarbor(CONFIG)).account).toEqual({
        kind: 'robot',
        missingRights: ['repository:pull in all projects'],
        expiresAt: new Date('2026-11-22T11:20:39.000Z'),
      });
    });

    it('knows nothing of its rights when it may not look itself up', async () => {
      serve('/robots', 403, { errors: [{ code: 'FORBIDDEN', message: 'forbidden' }] });
      expect((await surveyHarbor(CONFIG)).account).toMatchObject({ missingRights: null });
    });
  });

  it('rejects wrong credentials, although other calls would be answered as to anybody', async () => {
    replay(new Recording('2.15.2').get('a wrong login'));
    await expect(surveyHarbor(CONFIG)).rejects.toMatchObject({ code: 'harbor.unauthorized' });
  });
});
