import { LRUCache } from 'lru-cache';
import { DataSource, Like, MoreThan } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { pushTinyImage, type RegistryLogin } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { earliestIdOf } from '../../src/common/earliest-id';
import { RefusedPull } from '../../src/lookup/refused-pull.entity';
import { VulnerablePulls } from '../../src/lookup/vulnerable-pulls';
import { skopeo as skopeoBinary } from '../servers/skopeo';
import { countHarborCalls } from './harbor-calls';
import { callHarbor, Client, startTestSandbox } from './journey';
import { writeOciLayout } from './oci-layout';
import { Skopeo } from './skopeo';

type Row = Record<string, unknown>;

const FOUND = [
  { id: 'CVE-2026-0001', package: 'openssl', version: '3.0.1', fix_version: '3.0.9', severity: 'High' },
  { id: 'CVE-2026-0002', package: 'zlib', version: '1.2', severity: 'Low' },
];

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((go) => setTimeout(go, 100));
}

/** Pushed by skopeo, scanned by Harbor, in a project that lets nobody pull what is vulnerable. */
describe('an image that was scanned', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let scheduler: Client;
  let skopeo: Skopeo;
  let login: RegistryLogin;
  const repositories = '/projects/user-liuyizhou/repositories';
  const link = (path: string) => `${sandbox.harbor.address}/user-liuyizhou/${path}`;
  const admin = async (method: string, path: string, body?: unknown) => {
    const answer = await callHarbor(sandbox, sandbox.harborAdmin, method, path, body);
    expect(answer.status).toBeLessThan(300);
    return answer.body;
  };
  const push = async (repository: string) => {
    const { exitCode } = await skopeo.push(writeOciLayout(repository), link(`${repository}:v1`));
    expect(exitCode).toBe(0);
    return skopeo.digest(link(`${repository}:v1`));
  };
  /** Copied by skopeo with all its platforms; answers the digests of each. */
  const pushIndex = async (repository: string) => {
    const at = { project: 'user-liuyizhou', repository };
    const platforms = ['amd64', 'arm64'].map((architecture) => ({ os: 'linux', architecture }));
    await pushTinyImage({ ...login, link: { ...at, tag: 'source' }, content: repository, platforms });
    const copied = await skopeo.copyAll(link(`${repository}:source`), link(`${repository}:v1`));
    expect(copied).toMatchObject({ exitCode: 0 });
    const shownOf = (await liu.get(`${repositories}/${repository}/tags`)).body.items as Row[];
    const found = shownOf[0]?.platforms as { architecture: string; digest: string }[];
    return new Map(found.map(({ architecture, digest }) => [architecture, digest]));
  };
  const scan = (repository: string) => admin('POST', `${repositories}/${repository}/artifacts/v1/scan`);
  const shown = async (repository: string) => {
    const { body } = await liu.get(`${repositories}/${repository}/tags`);
    return (body.items as Row[])[0]?.vulnerabilities as Row | null | undefined;
  };
  const untilScanned = (repository: string) =>
    until(async () => (await shown(repository))?.status === 'Success');
  const policy = (severity: string) =>
    admin('PUT', '/projects/user-liuyizhou', {
      metadata: { public: 'false', prevent_vul: 'true', severity },
    });
  const preview = (path: string) => liu.post('/images/preview', { link: link(path) });
  const doImport = (path: string) =>
    liu.post('/images', { link: link(path), description: 'An image', taskType: 'custom' });
  const warningsOf = async (path: string) => {
    const { status, body } = await scheduler.lookup({ link: link(path), for: 'liuyizhou' });
    expect(status).toBe(200);
    return (body.warnings as { code: string }[]).map(({ code }) => code);
  };

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    liu = await Client.login(sandbox, 'liuyizhou');
    scheduler = Client.scheduler(sandbox);
    const { username, password } = (await liu.post('/account/credentials', {})).body;
    login = { registryUrl: sandbox.harbor.url, username: String(username), password: String(password) };
    skopeo = new Skopeo(skopeoBinary());
    await skopeo.login(sandbox.harbor.address, login.username, login.password);
    const digest = await push('vulnerable');
    for (const repository of ['repaired', 'unscanned']) await push(repository);
    const found = [
      digest,
      (await pushIndex('for-jobs')).get('amd64'),
      (await pushIndex('elsewhere')).get('arm64'),
    ];
    for (const one of found) await admin('PUT', `/sandbox/findings/${one}`, { findings: FOUND });
    await admin('POST', '/scanners', { name: 'sandbox', url: 'http://scanner.example.com' });
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('is shown with what was found, and was pullable as long as no policy said otherwise', async () => {
    await scan('vulnerable');
    expect(await shown('vulnerable')).toMatchObject({ status: 'Pending', severity: null, total: 0 });
    await scan('repaired');
    for (const repository of ['vulnerable', 'repaired']) await untilScanned(repository);
    expect(await shown('vulnerable')).toEqual({
      status: 'Success',
      severity: 'High',
      total: 2,
      fixable: 1,
      counts: { High: 1, Low: 1 },
    });
    expect(await shown('repaired')).toMatchObject({ status: 'Success', severity: 'None', total: 0 });
    expect(await shown('unscanned')).toBeNull();
    expect(await skopeo.copy(link('vulnerable:v1'), link('copied:v1'))).toMatchObject({ exitCode: 0 });
  });

  describe('where the project lets nobody pull what is vulnerable', () => {
    beforeAll(async () => {
      await policy('high');
    });

    it('cannot be pulled, and diagnose knows what skopeo says of it', async () => {
      const refused = await skopeo.copy(link('vulnerable:v1'), link('again:v1'));
      expect(refused.exitCode).not.toBe(0);
      expect(refused.output).toContain('current image with 2 vulnerabilities cannot be pulled');
      expect(await skopeo.copy(link('repaired:v1'), link('again:v1'))).toMatchObject({ exitCode: 0 });
      const asked = { action: 'pull', link: link('vulnerable:v1'), message: refused.output };
      expect(JSON.stringify((await liu.post('/account/diagnose', asked)).body)).toContain('client.policy');
    });

    it.each(['vulnerable', 'unscanned'])('is not imported when it is %s', async (repository) => {
      const refused = { status: 409, body: { code: 'image.vulnerable', params: { severity: 'high' } } };
      expect(await preview(`${repository}:v1`)).toMatchObject(refused);
      expect(await doImport(`${repository}:v1`)).toMatchObject(refused);
      expect((await liu.get('/images')).body).toMatchObject({ items: [] });
    });

    describe('and is one image of an index', () => {
      beforeAll(async () => {
        for (const repository of ['for-jobs', 'elsewhere']) await scan(repository);
        for (const repository of ['for-jobs', 'elsewhere']) await untilScanned(repository);
      });

      it('is not imported when the nodes run that one, which skopeo cannot pull either', async () => {
        const params = { severity: 'high', platform: 'linux/amd64' };
        const refused = { status: 409, body: { code: 'image.platform-vulnerable', params } };
        expect(await preview('for-jobs:v1')).toMatchObject(refused);
        expect(await doImport('for-jobs:v1')).toMatchObject(refused);
        const pulled = await skopeo.copy(link('for-jobs:v1'), link('again:v2'));
        expect(pulled.output).toContain('cannot be pulled');
      });

      it('is warned of in lookups', async () => {
        await until(async () => (await warningsOf('for-jobs:v1')).length > 0);
        expect(await warningsOf('for-jobs:v1')).toEqual(['lookup.warning.vulnerable']);
      });

      it('is imported, with four calls to Harbor, when no node runs that one', async () => {
        const [imported, asked] = await countHarborCalls(async () => doImport('elsewhere:v1'));
        expect(imported).toMatchObject({ status: 201 });
        expect(asked).toBeLessThanOrEqual(4);
        expect(await skopeo.copy(link('elsewhere:v1'), link('again:v2'))).toMatchObject({ exitCode: 0 });
      });
    });

    it('is warned of in lookups, which do not wait for it', async () => {
      for (const repository of ['vulnerable', 'unscanned']) {
        await until(async () => (await warningsOf(`${repository}:v1`)).length > 0);
        expect(await warningsOf(`${repository}:v1`)).toEqual(['lookup.warning.vulnerable']);
      }
      expect(await warningsOf('repaired:v1')).toEqual([]);
    });

    it('is warned of on and on where it is refused for longer than that is remembered', async () => {
      const refused = sandbox.app.get(DataSource).getRepository(RefusedPull);
      const { id, name } = await refused.findOneByOrFail({ name: Like('%/unscanned@%') });
      const msecs = Date.now() - 29 * 24 * 60 * 60_000;
      await refused.update({ id }, { id: uuidv7({ msecs }) });
      // It is asked again after ten minutes.
      const asked: unknown = Reflect.get(sandbox.app.get(VulnerablePulls), 'askedAtMs');
      if (asked instanceof LRUCache) asked.clear();
      const young = { name, id: MoreThan(earliestIdOf(new Date(Date.now() - 60_000))) };
      await until(async () => {
        expect(await warningsOf('unscanned:v1')).toEqual(['lookup.warning.vulnerable']);
        return refused.existsBy(young);
      });
    });

    it('is imported when what was found is not as severe', async () => {
      expect(await preview('repaired:v1')).toMatchObject({ status: 200 });
      expect(await doImport('repaired:v1')).toMatchObject({ status: 201 });
      await policy('critical');
      expect(await doImport('vulnerable:v1')).toMatchObject({ status: 201 });
    });
  });
});
