import type { Sandbox } from '../../sandbox/sandbox';
import { skopeo as skopeoBinary } from '../servers/skopeo';
import { callHarbor, Client, startTestSandbox } from './journey';
import { writeOciLayout } from './oci-layout';
import { Skopeo } from './skopeo';

type Row = Record<string, unknown>;

const FOUND = [
  { id: 'CVE-2026-0001', package: 'openssl', version: '3.0.1', fix_version: '3.0.9', severity: 'High' },
  { id: 'CVE-2026-0002', package: 'zlib', version: '1.2', severity: 'Low' },
];

/** Waits at most ten seconds. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries += 1) {
    if (tries > 100) throw new Error('it did not come');
    await new Promise((go) => setTimeout(go, 100));
  }
}

/** Pushed by skopeo, scanned by Harbor, in a project that lets nobody pull what is vulnerable. */
describe('an image that was scanned', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let scheduler: Client;
  let skopeo: Skopeo;
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
    skopeo = new Skopeo(skopeoBinary());
    await skopeo.login(sandbox.harbor.address, String(username), String(password));
    const digest = await push('vulnerable');
    for (const repository of ['repaired', 'unscanned']) await push(repository);
    await admin('PUT', `/sandbox/findings/${digest}`, { findings: FOUND });
    await admin('POST', '/scanners', { name: 'sandbox', url: 'http://scanner.example.com' });
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('is shown with what was found, and was pullable as long as no policy said otherwise', async () => {
    for (const repository of ['vulnerable', 'repaired']) await scan(repository);
    expect(await shown('vulnerable')).toMatchObject({ status: 'Pending', severity: null, total: 0 });
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

    it('is warned of in lookups, which do not wait for it', async () => {
      for (const repository of ['vulnerable', 'unscanned']) {
        await until(async () => (await warningsOf(`${repository}:v1`)).length > 0);
        expect(await warningsOf(`${repository}:v1`)).toEqual(['lookup.warning.vulnerable']);
      }
      expect(await warningsOf('repaired:v1')).toEqual([]);
    });

    it('is imported when what was found is not as severe', async () => {
      expect(await preview('repaired:v1')).toMatchObject({ status: 200 });
      expect(await doImport('repaired:v1')).toMatchObject({ status: 201 });
      await policy('critical');
      expect(await doImport('vulnerable:v1')).toMatchObject({ status: 201 });
    });
  });
});
