import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, IsNull, Not } from 'typeorm';
import { pushTinyImage, type RegistryLogin } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { Metrics } from '../../src/metrics/metrics';
import { PullSecret } from '../../src/pull-secrets/pull-secret.entity';
import { callHarbor, Client, startTestSandbox, untilHarborAnswers, type Answer } from './journey';

interface Robot {
  id: number;
  name: string;
  description: string;
  expires_at: number;
  permissions: { kind: string; namespace: string; access: { resource: string; action: string }[] }[];
}

interface Login {
  username: string;
  password: string;
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

describe('pull secrets', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let scheduler: Client;
  let grace: Client;
  let liu: Client;
  let ada: Client;
  let jobs = 0;

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    scheduler = Client.scheduler(sandbox);
    [liu, ada, grace] = await Promise.all([
      Client.login(sandbox, 'liuyizhou'),
      Client.login(sandbox, 'ada'),
      Client.login(sandbox, 'grace'),
    ]);
    await push('user-liuyizhou', await credentials(liu));
    await push('user-ada', await credentials(ada));
    await push('library', sandbox.harborAdmin);
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  const credentials = async (client: Client): Promise<Login> => {
    const { body } = await client.post('/account/credentials', {});
    return { username: String(body.username), password: String(body.password) };
  };
  const push = async (project: string, { username, password }: Login) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project, repository: 'demo', tag: 'v1' },
      username,
      password,
      content: project,
    });
  const link = (project: string, rest = ':v1') => `${sandbox.harbor.address}/${project}/demo${rest}`;
  const nextJob = () => `slurm-${(jobs += 1)}`;
  const ask = async (jobId: string, more: object = {}, by = scheduler): Promise<Answer> =>
    by.post('/pull-secrets', {
      for: 'liuyizhou',
      jobId,
      links: [link('user-liuyizhou')],
      ttlSeconds: 600,
      ...more,
    });
  const loginOf = ({ body }: Answer): Login => {
    const { auths } = JSON.parse(String(body.dockerConfigJson)) as { auths: Record<string, Login> };
    const login = auths[sandbox.harbor.address];
    if (login === undefined) throw new Error('the config is for another registry');
    return login;
  };
  const canPull = async (login: Login, project: string): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
    const url = `${sandbox.harbor.url}/v2/${project}/demo/manifests/v1`;
    return (await fetch(url, { headers: { authorization, accept: MANIFEST } })).status;
  };
  const harbor = async (method: string, path: string, body?: unknown) =>
    callHarbor(sandbox, sandbox.harborAdmin, method, path, body);
  const robots = async (): Promise<Robot[]> =>
    ((await harbor('GET', '/robots?page_size=100')).body as Robot[]).filter(({ name }) =>
      name.includes('berth-job-'),
    );
  const robotOf = async ({ username }: Login) => (await robots()).find(({ name }) => name === username);
  const rows = () => sandbox.app.get(DataSource).getRepository(PullSecret);
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await sleep(50);
  };

  describe('POST /pull-secrets', () => {
    it('pulls in the project of the link, and does nothing else', async () => {
      const answer = await ask(nextJob());
      expect(answer.status).toBe(201);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.body.opensProjects).toEqual([{ project: 'user-liuyizhou', because: 'theirs' }]);
      const login = loginOf(answer);
      expect(await canPull(login, 'user-liuyizhou')).toBe(200);
      expect(await canPull(login, 'user-ada')).toBe(401);
      const robot = await robotOf(login);
      expect(robot?.permissions).toEqual([
        {
          kind: 'project',
          namespace: 'user-liuyizhou',
          access: [{ resource: 'repository', action: 'pull' }],
        },
      ]);
      const write: RegistryLogin & Login = { registryUrl: sandbox.harbor.url, ...login };
      const name = { project: 'user-liuyizhou', repository: 'demo', tag: 'v2' };
      await expect(pushTinyImage({ ...write, link: name, content: 'by the robot' })).rejects.toThrow();
    });

    it('is ready for Kubernetes', async () => {
      const { body } = await ask(nextJob());
      const secret = body.secret as {
        metadata: { name: string };
        type: string;
        data: Record<string, string>;
      };
      expect(secret).toMatchObject({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: `berth-pull-${String(body.id)}` },
        type: 'kubernetes.io/dockerconfigjson',
      });
      const text = Buffer.from(secret.data['.dockerconfigjson'] ?? '', 'base64').toString();
      expect(text).toBe(body.dockerConfigJson);
    });

    it('ends when it says, and in Harbor a day later at most', async () => {
      const answer = await ask(nextJob(), { ttlSeconds: 120 });
      const expiresAt = Date.parse(String(answer.body.expiresAt));
      expect(Math.abs(expiresAt - Date.now() - 120_000)).toBeLessThan(30_000);
      const backstop = ((await robotOf(loginOf(answer)))?.expires_at ?? 0) * 1000;
      expect(backstop).toBeGreaterThan(expiresAt);
      expect(backstop).toBeLessThan(expiresAt + 25 * 3_600_000);
    });

    it('answers the same again while it lives, also while Harbor is away', async () => {
      const jobId = nextJob();
      const first = await ask(jobId);
      await sandbox.harbor.faults.down();
      const second = await ask(jobId, { ttlSeconds: 900 });
      await sandbox.harbor.faults.up();
      await untilHarborAnswers(sandbox);
      expect({ status: second.status, body: second.body }).toEqual({ status: 201, body: first.body });
    });

    it('opens each project of its links, public ones too, and says why it may', async () => {
      const answer = await ask(nextJob(), { links: [link('user-liuyizhou'), link('library')] });
      expect(answer.body.opensProjects).toEqual([
        { project: 'user-liuyizhou', because: 'theirs' },
        { project: 'library', because: 'public' },
      ]);
      const login = loginOf(answer);
      expect(await canPull(login, 'library')).toBe(200);
      expect((await robotOf(login))?.permissions.map(({ namespace }) => namespace).sort()).toEqual([
        'library',
        'user-liuyizhou',
      ]);
    });

    it('opens what is public for somebody whom Berth does not know, and nothing else', async () => {
      const unknown = { for: 'nobody-we-know' };
      expect((await ask(nextJob(), unknown)).status).toBe(404);
      const answer = await ask(nextJob(), { ...unknown, links: [link('library')] });
      expect(answer.body.opensProjects).toEqual([{ project: 'library', because: 'public' }]);
    });

    it('opens a private project for an image in it that was shared, and says so', async () => {
      const image = { link: link('user-ada'), description: 'One', taskType: 'custom' };
      const { body } = await ok(ada.post('/images', image));
      const share = `/images/${String(body.id)}/shares/person/liuyizhou`;
      const links = [link('user-ada')];
      await ok(ada.put(share, {}));
      const jobId = nextJob();
      const answer = await ask(jobId, { links });
      expect(answer.body.opensProjects).toEqual([{ project: 'user-ada', because: 'shared' }]);
      expect(await canPull(loginOf(answer), 'user-ada')).toBe(200);
      await ada.delete(share);
      expect((await ask(nextJob(), { links })).status).toBe(404);
      expect((await ask(jobId, { links })).body).toEqual(answer.body);
    });

    it('gives nothing where the person may not pull, and leaves nothing', async () => {
      const before = (await robots()).length;
      const refused = await ask(nextJob(), { links: [link('user-liuyizhou'), link('user-ada')] });
      expect(refused).toMatchObject({
        status: 404,
        body: { code: 'image.not-found', errors: [{ pointer: '/links/1' }] },
      });
      expect(await robots()).toHaveLength(before);
    });

    it('answers 409 to the same job with other links or for another person', async () => {
      const jobId = nextJob();
      await ask(jobId);
      const refused = { status: 409, body: { code: 'pull-secret.other-question' } };
      expect(await ask(jobId, { links: [link('library')] })).toMatchObject(refused);
      expect(await ask(jobId, { for: 'grace', links: [link('library')] })).toMatchObject(refused);
    });

    it('makes one robot of many calls at once, and another for another scheduler', async () => {
      const jobId = nextJob();
      const before = (await robots()).length;
      const answers = await Promise.all(Array.from({ length: 12 }, async () => ask(jobId)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
      for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
      expect(await robots()).toHaveLength(before + 1);
      const made = await grace.post('/admin/service-tokens', { kind: 'scheduler', name: 'second' });
      const second = new Client(sandbox.url, String(made.body.token));
      expect((await ask(jobId, {}, second)).body.id).not.toBe(answers[0]?.body.id);
      expect(await robots()).toHaveLength(before + 2);
      await second.delete(`/pull-secrets/${String(answers[0]?.body.id)}`);
      expect(await canPull(loginOf(answers[0] as Answer), 'user-liuyizhou')).toBe(200);
    });

    it('makes another secret when the one before cannot be opened any more', async () => {
      const jobId = nextJob();
      const first = await ask(jobId);
      const id = String(first.body.id);
      await rows().update({ id }, { sealedLogin: 'v1.c2VhbGVkIHdpdGggYW5vdGhlciBrZXkgYmVmb3JlIHRoaXM' });
      const second = await ask(jobId);
      expect(second.status).toBe(201);
      expect(second.body.id).not.toBe(id);
      await until(async () => (await robotOf(loginOf(first))) === undefined);
      expect(await canPull(loginOf(second), 'user-liuyizhou')).toBe(200);
    });

    it('does not open another project of the same name', async () => {
      await harbor('POST', '/projects', { project_name: 'passing', metadata: { public: 'true' } });
      await push('passing', sandbox.harborAdmin);
      await ok(liu.post('/images', { link: link('passing'), description: 'One', taskType: 'custom' }));
      await harbor('DELETE', '/projects/passing/repositories/demo');
      await harbor('DELETE', '/projects/passing');
      await harbor('POST', '/projects', { project_name: 'passing', metadata: { public: 'false' } });
      await push('passing', sandbox.harborAdmin);
      const before = (await robots()).length;
      const { status } = await ask(nextJob(), { links: [link('passing')] });
      expect([404, 409]).toContain(status);
      expect(await robots()).toHaveLength(before);
    });
  });

  describe('the end', () => {
    it('comes at once by DELETE /pull-secrets/{id}, and is the same again', async () => {
      const answer = await ask(nextJob());
      const path = `/pull-secrets/${String(answer.body.id)}`;
      expect((await scheduler.delete(path)).status).toBe(204);
      expect(await robotOf(loginOf(answer))).toBeUndefined();
      expect(await canPull(loginOf(answer), 'user-liuyizhou')).toBe(401);
      expect((await scheduler.delete(path)).status).toBe(204);
    });

    it('comes by itself: with the end of the job, and at the deadline', async () => {
      const jobId = nextJob();
      const [ofJob, late] = [await ask(jobId), await ask(nextJob())];
      const id = String(late.body.id);
      await rows().update({ id }, { expiresAt: new Date(), dueAt: new Date() });
      expect((await scheduler.delete(`/jobs/${jobId}`)).status).toBe(204);
      for (const answer of [ofJob, late]) {
        await until(async () => (await robotOf(loginOf(answer))) === undefined);
        await until(async () => !(await rows().existsBy({ id: String(answer.body.id) })));
      }
      expect((await ask(jobId)).body.id).not.toBe(ofJob.body.id);
    });

    it('gives the job another secret from the deadline on, before the janitor came', async () => {
      const jobId = nextJob();
      const first = await ask(jobId);
      await rows().update({ id: String(first.body.id) }, { expiresAt: new Date(Date.now() - 1000) });
      const second = await ask(jobId, { links: [link('library')] });
      expect(second.status).toBe(201);
      await until(async () => (await robotOf(loginOf(first))) === undefined);
      expect(await canPull(loginOf(second), 'library')).toBe(200);
    });

    it('waits for Harbor while it is away, which a metric tells', async () => {
      const answer = await ask(nextJob());
      const id = String(answer.body.id);
      const live = await rows().countBy({ currentJobId: Not(IsNull()) });
      await sandbox.harbor.faults.down();
      expect((await scheduler.delete(`/pull-secrets/${id}`)).status).toBe(503);
      const metrics = await sandbox.app.get(Metrics).render();
      expect(metrics).toContain(`berth_pull_secrets{state="live"} ${live - 1}`);
      expect(metrics).toMatch(/berth_pull_secrets\{state="ending"\} [1-9]/);
      await sandbox.harbor.faults.up();
      await untilHarborAnswers(sandbox);
      expect((await scheduler.delete(`/pull-secrets/${id}`)).status).toBe(204);
      expect(await robotOf(loginOf(answer))).toBeUndefined();
    });

    it('touches no robot of others, and not one that took the name or the id of ours', async () => {
      const permissions = [
        { kind: 'project', namespace: 'library', access: [{ resource: 'repository', action: 'pull' }] },
      ];
      const make = async (name: string) =>
        (await harbor('POST', '/robots', { name, level: 'system', duration: -1, permissions })).body as Robot;
      const answer = await ask(nextJob());
      const id = String(answer.body.id);
      const { harborName } = await rows().findOneByOrFail({ id });
      await harbor('DELETE', `/robots/${(await robotOf(loginOf(answer)))?.id}`);
      const namesake = await make(harborName);
      const stranger = await make(`berth-job-${id.slice(0, -4)}0000`);
      await rows().update({ id }, { harborRobotId: stranger.id });
      expect((await scheduler.delete(`/pull-secrets/${id}`)).status).toBe(204);
      const left = (await robots()).map((robot) => robot.id);
      expect(left).toEqual(expect.arrayContaining([namesake.id, stranger.id]));
      for (const robot of [namesake, stranger]) await harbor('DELETE', `/robots/${robot.id}`);
    });
  });

  it('goes on where the owner has left, and no new one is made', async () => {
    const [jobId, links] = [nextJob(), [link('user-ada')]];
    const wanted = { for: 'ada', links };
    const secret = await ask(jobId, wanted);
    const images = { ...wanted, ttlSeconds: 600 };
    const leased = await scheduler.put(`/jobs/${jobId}/images`, images);
    await ok(grace.post('/admin/persons/ada/offboard', {}));
    const refused = { status: 409, body: { code: 'image.owner-offboarded' } };
    expect(await ask(nextJob(), wanted)).toMatchObject(refused);
    expect(await scheduler.put(`/jobs/${nextJob()}/images`, images)).toMatchObject(refused);
    expect((await ask(jobId, wanted)).body).toEqual(secret.body);
    expect(await canPull(loginOf(secret), 'user-ada')).toBe(200);
    const again = await scheduler.put(`/jobs/${jobId}/images`, images);
    expect(again.body.images).toEqual(leased.body.images);
  });

  it('leaves one audit row for the making and one for the end, which the person sees too', async () => {
    const jobId = nextJob();
    const { body } = await ask(jobId);
    await ask(jobId);
    await scheduler.delete(`/pull-secrets/${String(body.id)}`);
    await scheduler.delete(`/pull-secrets/${String(body.id)}`);
    const of = async (client: Client, path: string) => {
      const { items } = (await client.get(path)).body as { items: { action: string; target: string }[] };
      return items.filter(({ target }) => target.startsWith(`${jobId} `)).map(({ action }) => action);
    };
    expect((await of(grace, '/admin/audit?limit=200')).sort()).toEqual([
      'pull-secret.ended',
      'pull-secret.issued',
    ]);
    expect(await of(liu, '/account/activity?limit=200')).toContain('pull-secret.issued');
  });
});

async function ok(answer: Promise<Answer>): Promise<Answer> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(JSON.stringify(body));
  return answer;
}
