import { pushTinyImage, type TinyImageOptions } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import { ImageAccess } from '../../src/images/sharing/image-access';
import { ImageVisibility } from '../../src/images/sharing/image-visibility';
import { skopeo as skopeoBinary } from '../servers/skopeo';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';
import { countHarborCalls } from './harbor-calls';
import { callHarbor, Client, startTestSandbox, untilHarborAnswers } from './journey';
import { writeOciLayout } from './oci-layout';
import { cosignSignature, helmChart, pushArtifact, signatureTag } from './push-artifact';
import { Skopeo } from './skopeo';

const ALIAS = 'registry.example.com';
const NVIDIA = {
  env: ['CUDA_VERSION=12.6.3.004', 'PYVER=3.12', 'PYTORCH_VERSION=2.6.0a0+df5bbc0', 'JUPYTER_PORT=8888'],
  entryPoint: ['/opt/nvidia/nvidia_entrypoint.sh'],
  exposedPorts: ['6006/tcp', '8888/tcp'],
  labels: { 'org.opencontainers.image.ref.name': 'ubuntu' },
  annotations: { 'org.opencontainers.image.version': '24.12' },
};

interface Items {
  items: Record<string, unknown>[];
  nextCursor: string | null;
}

/** What people push, and what the catalog makes of it. */
describe('the catalog', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let skopeo: Skopeo;
  let liuLogin: { registryUrl: string; username: string; password: string };
  let adaLogin: { registryUrl: string; username: string; password: string };
  const link = (path: string) => `${sandbox.harbor.address}/${path}`;
  const push = async (
    repository: string,
    tag: string,
    more: Partial<TinyImageOptions> = {},
    project = 'user-liuyizhou',
  ) =>
    pushTinyImage({
      ...(project === 'user-ada' ? adaLogin : liuLogin),
      link: { project, repository, tag },
      content: `${repository}:${tag}`,
      ...more,
    });
  const wanted = (path: string) => ({ link: link(path), description: 'An image', taskType: 'pytorch' });
  const preview = (client: Client, path: string) => client.post('/images/preview', { link: link(path) });

  async function credentialsOf(client: Client) {
    const { body } = await client.post('/account/credentials', {});
    const { username, password } = body;
    return { registryUrl: sandbox.harbor.url, username: String(username), password: String(password) };
  }

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { REGISTRY_ALIASES: ALIAS } });
    liu = await Client.login(sandbox, 'liuyizhou');
    ada = await Client.login(sandbox, 'ada');
    liuLogin = await credentialsOf(liu);
    adaLogin = await credentialsOf(ada);
    skopeo = new Skopeo(skopeoBinary());
    await skopeo.login(sandbox.harbor.address, liuLogin.username, liuLogin.password);
    await push('nvidia-pytorch', '24.12-v1.2.2', NVIDIA);
    await push('nvidia-pytorch', '24.12-v1.2.3', NVIDIA);
    await push('nvidia-pytorch', '24.11', NVIDIA);
  });
  /** What Harbor said of a project is believed for 30 s. */
  const forgetProjects = () => {
    const seen: unknown = Reflect.get(sandbox.app.get(ImageAccess), 'projectsSeen');
    if (seen instanceof LRUCache) seen.clear();
  };

  afterAll(async () => {
    await sandbox.forget();
  });
  afterEach(async () => {
    sandbox.harbor.faults.clear();
    await sandbox.harbor.faults.up();
    await untilHarborAnswers(sandbox);
  });

  describe('POST /images/preview', () => {
    it('says what the image is, for which task, and stores nothing', async () => {
      const { status, body } = await preview(liu, 'user-liuyizhou/nvidia-pytorch:24.12-v1.2.2');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        link: link('user-liuyizhou/nvidia-pytorch:24.12-v1.2.2'),
        kind: 'image',
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        platforms: [{ os: 'linux', architecture: 'amd64' }],
        described: {
          builtAt: '2026-01-01T00:00:00.000Z',
          entryPoint: ['/opt/nvidia/nvidia_entrypoint.sh'],
          exposedPorts: ['6006/tcp', '8888/tcp'],
          annotations: {
            'org.opencontainers.image.ref.name': 'ubuntu',
            'org.opencontainers.image.version': '24.12',
          },
          cudaVersion: '12.6.3.004',
          pythonVersion: '3.12',
          frameworks: [{ name: 'pytorch', version: '2.6.0a0+df5bbc0' }],
          suggestedTaskType: 'pytorch',
        },
        imageId: null,
        warnings: [],
      });
      expect(body.sizeBytes).toBeGreaterThan(0);
      expect((await liu.get('/images')).body).toMatchObject({ items: [] });
    });

    it('takes the registry’s other names, and answers with its own', async () => {
      const path = 'user-liuyizhou/nvidia-pytorch:24.11';
      const { status, body } = await liu.post('/images/preview', { link: `${ALIAS}/${path}` });
      expect({ status, link: body.link }).toEqual({ status: 200, link: link(path) });
    });

    it('reads an index pushed by skopeo through the image for the nodes’ platform', async () => {
      const platforms = [
        { os: 'linux', architecture: 'arm64', variant: 'v8' },
        { os: 'linux', architecture: 'amd64' },
      ];
      await push('multi', 'source', { ...NVIDIA, platforms });
      const copied = await skopeo.copyAll(
        link('user-liuyizhou/multi:source'),
        link('user-liuyizhou/multi:v1'),
      );
      expect(copied).toMatchObject({ exitCode: 0 });
      expect((await preview(liu, 'user-liuyizhou/multi:v1')).body).toMatchObject({
        kind: 'index',
        platforms: [{ architecture: 'arm64' }, { architecture: 'amd64' }],
        described: { cudaVersion: '12.6.3.004', suggestedTaskType: 'pytorch' },
        warnings: [],
      });
    });

    it('reads a docker schema 2 image', async () => {
      const pushed = await skopeo.pushAsDocker(writeOciLayout('docker'), link('user-liuyizhou/docker:v1'));
      expect(pushed).toMatchObject({ exitCode: 0 });
      expect((await preview(liu, 'user-liuyizhou/docker:v1')).body).toMatchObject({
        kind: 'image',
        mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
        platforms: [{ os: 'linux', architecture: 'amd64' }],
      });
    });

    it('warns of another architecture and of what is no image, in the language of the person', async () => {
      await push('arm', 'v1', { platforms: [{ os: 'linux', architecture: 'arm64' }] });
      const arm = await preview(liu, 'user-liuyizhou/arm:v1');
      expect(arm).toMatchObject({ status: 200, body: { warnings: [{ code: 'image.warning.platform' }] } });
      expect(JSON.stringify(arm.body.warnings)).toContain('linux/arm64, the nodes are linux/amd64');
      await pushArtifact(liuLogin, 'user-liuyizhou/charts/app', helmChart('app', '0.1.0'), '0.1.0');
      expect((await preview(liu, 'user-liuyizhou/charts/app:0.1.0')).body).toMatchObject({
        kind: 'helm-chart',
        platforms: [],
        warnings: [{ code: 'image.warning.not-an-image' }],
      });
    });
  });

  describe('verdicts', () => {
    it('name the tags most like the one that is not there, to those who may pull', async () => {
      const { status, body } = await preview(liu, 'user-liuyizhou/nvidia-pytorch:24.12-v1.2.4');
      expect({ status, code: body.code }).toEqual({ status: 404, code: 'image.tag-not-found' });
      expect(body.params).toMatchObject({ tags: '24.12-v1.2.3, 24.12-v1.2.2, 24.11' });
      const imported = await liu.post('/images', wanted('user-liuyizhou/nvidia-pytorch:24.12-v1.2.4'));
      expect(imported).toMatchObject({ status: 404, body: { code: 'image.tag-not-found' } });
    });

    it('say the same of what is private to somebody else and of what is not there', async () => {
      const bodies = await Promise.all(
        [
          'user-liuyizhou/nvidia-pytorch:24.11',
          'user-liuyizhou/nvidia-pytorch:none',
          'user-liuyizhou/none:v1',
          'none/none:v1',
        ].map(async (path) => {
          const { status, body } = await preview(ada, path);
          return { status, ...body, requestId: '' };
        }),
      );
      expect(bodies[0]).toMatchObject({ status: 404, code: 'image.not-found', params: {} });
      expect(bodies).toEqual(bodies.map(() => bodies[0]));
    });

    it('are 503 while the registry is away, and nothing is stored', async () => {
      await sandbox.harbor.faults.down();
      const path = 'user-liuyizhou/nvidia-pytorch:24.11';
      expect(await preview(liu, path)).toMatchObject({ status: 503, body: { code: 'harbor.unavailable' } });
      expect(await liu.post('/images', wanted(path))).toMatchObject({ status: 503 });
      await sandbox.harbor.faults.up();
      expect((await liu.get('/images')).body).toMatchObject({ items: [] });
    });

    it('refuse what the project’s policy lets nobody pull, until it is signed', async () => {
      const policy = (enable_content_trust_cosign: string) =>
        callHarbor(sandbox, adaLogin, 'PUT', '/projects/user-ada', {
          metadata: { public: 'false', enable_content_trust_cosign },
        });
      expect((await policy('true')).status).toBe(200);
      const digest = await push('trusted', 'v1', {}, 'user-ada');
      const refused = await ada.post('/images', wanted('user-ada/trusted:v1'));
      expect(refused).toMatchObject({
        status: 409,
        body: { code: 'image.unsigned', params: { signature: 'cosign' } },
      });
      expect(await preview(ada, 'user-ada/trusted:v1')).toMatchObject({ status: 409 });
      await pushArtifact(adaLogin, 'user-ada/trusted', cosignSignature(digest), signatureTag(digest));
      expect(await preview(ada, 'user-ada/trusted:v1')).toMatchObject({ status: 200 });
      expect((await ada.get('/images')).body).toMatchObject({ items: [] });
      expect((await policy('false')).status).toBe(200);
      forgetProjects();
    });

    it('say what may have kept a push from arriving: a full project, a registry that is read-only', async () => {
      const asked = [
        () => preview(liu, 'user-liuyizhou/nvidia-pytorch:24.13'),
        () => liu.post('/images', wanted('user-liuyizhou/nvidia-pytorch:24.13')),
      ];
      const admin = await Client.login(sandbox, 'grace');
      const quota = (quotaBytes: number) => admin.put('/admin/projects/user-liuyizhou/quota', { quotaBytes });
      await quota(1);
      for (const ask of asked) {
        expect(await ask()).toMatchObject({
          status: 404,
          body: {
            code: 'image.absent-quota',
            // A possibility: Harbor keeps no trace of a push that it refused.
            detail: expect.stringContaining('may also have been refused') as string,
            params: { tags: expect.stringContaining('24.12-v1.2.3') as string },
          },
        });
      }
      expect(await preview(ada, 'user-liuyizhou/nvidia-pytorch:24.13')).toMatchObject({
        body: { code: 'image.not-found', params: {} },
      });
      await quota(40 * 1024 ** 3);
      const configurations = (read_only: boolean) =>
        callHarbor(sandbox, sandbox.harborAdmin, 'PUT', '/configurations', { read_only });
      await configurations(true);
      for (const ask of asked) {
        expect(await ask()).toMatchObject({ status: 404, body: { code: 'image.absent-read-only' } });
      }
      expect(await preview(liu, 'user-liuyizhou/nvidia-pytorch:24.11')).toMatchObject({ status: 200 });
      await configurations(false);
    });

    it('say the same of a project that was replaced, whether previewed or imported', async () => {
      const path = 'user-ada/replaced:v1';
      await push('replaced', 'v1', {}, 'user-ada');
      const imported = await ada.post('/images', wanted(path));
      expect(imported.status).toBe(201);
      const records = sandbox.app.get(DataSource).getRepository(TagRecord);
      const place = { project: 'user-ada', repository: 'replaced' };
      const [record] = await records.findBy(place);
      await records.update(place, { harborProjectId: 999_999 });
      await ada.delete(`/images/${String(imported.body.id)}`);
      const refused = { status: 409, body: { code: 'project.replaced' } };
      for (const isThere of [true, false]) {
        expect(await preview(ada, path)).toMatchObject(refused);
        expect(await ada.post('/images', wanted(path))).toMatchObject(refused);
        if (!isThere) continue;
        const artifact = '/projects/user-ada/repositories/replaced/artifacts/v1';
        await callHarbor(sandbox, sandbox.harborAdmin, 'DELETE', artifact);
      }
      await records.update(place, { harborProjectId: record?.harborProjectId ?? 0 });
    });

    it('tell of a moved tag before anything is imported', async () => {
      await push('moving', 'v1', { content: 'one' });
      const imported = await liu.post('/images', wanted('user-liuyizhou/moving:v1'));
      expect(imported.status).toBe(201);
      const rules = '/projects/user-liuyizhou/immutabletagrules';
      const [rule] = (await callHarbor(sandbox, liuLogin, 'GET', rules)).body as { id: number }[];
      await callHarbor(sandbox, liuLogin, 'PUT', `${rules}/${rule?.id}`, { ...rule, disabled: true });
      await push('moving', 'v1', { content: 'two' });
      await callHarbor(sandbox, liuLogin, 'PUT', `${rules}/${rule?.id}`, { ...rule, disabled: false });
      expect(await preview(liu, 'user-liuyizhou/moving:v1')).toMatchObject({
        status: 409,
        body: { code: 'image.tag-moved', params: { recordedDigest: imported.body.recordedDigest } },
      });
      await liu.delete(`/images/${String(imported.body.id)}`);
    });
  });

  describe('POST /images', () => {
    it('asks Harbor four times at most, for an index in a project where the person is a member', async () => {
      await push('team', 'v1', {
        ...NVIDIA,
        platforms: [
          { os: 'linux', architecture: 'arm64' },
          { os: 'linux', architecture: 'amd64' },
        ],
      });
      const grace = await Client.login(sandbox, 'grace');
      const harborUser = await callHarbor(sandbox, await credentialsOf(grace), 'GET', '/users/current');
      const { user_id } = harborUser.body as { user_id: number };
      const added = await callHarbor(sandbox, liuLogin, 'POST', '/projects/user-liuyizhou/members', {
        role_id: 3,
        member_user: { user_id },
      });
      expect(added.status).toBe(201);
      const [imported, asked] = await countHarborCalls(async () =>
        grace.post('/images', wanted('user-liuyizhou/team:v1')),
      );
      expect(imported).toMatchObject({
        status: 201,
        body: { kind: 'index', described: { cudaVersion: '12.6.3.004', suggestedTaskType: 'pytorch' } },
      });
      expect(asked).toBe(4);
    });

    it('says since when what a digest names is gone', async () => {
      const digest = await push('going', 'v1');
      const imported = await liu.post('/images', wanted(`user-liuyizhou/going@${digest}`));
      expect(imported).toMatchObject({ status: 201, body: { state: 'as-recorded', goneSince: null } });
      const path = `/images/${String(imported.body.id)}`;
      const rules = '/projects/user-liuyizhou/immutabletagrules';
      const [rule] = (await callHarbor(sandbox, liuLogin, 'GET', rules)).body as { id: number }[];
      await callHarbor(sandbox, liuLogin, 'PUT', `${rules}/${rule?.id}`, { ...rule, disabled: true });
      const artifact = `/projects/user-liuyizhou/repositories/going/artifacts/${digest}`;
      expect((await callHarbor(sandbox, liuLogin, 'DELETE', artifact)).status).toBe(200);
      await callHarbor(sandbox, liuLogin, 'PUT', `${rules}/${rule?.id}`, { ...rule, disabled: false });
      const gone = async (): Promise<unknown> => (await liu.get('/images?state=gone')).body.items;
      expect(await gone()).toEqual([]);
      const { body: check } = await liu.post(`${path}/check`);
      expect(check.state).toBe('gone');
      expect(await gone()).toMatchObject([{ id: imported.body.id, state: 'gone' }]);
      await liu.post(`${path}/check`);
      expect((await liu.get(path)).body).toMatchObject({ state: 'gone', goneSince: check.checkedAt });
      await push('going', 'v1');
      await liu.post(`${path}/check`);
      expect((await liu.get(path)).body).toMatchObject({ state: 'as-recorded', goneSince: null });
      expect(await gone()).toEqual([]);
      await liu.delete(path);
    });

    it('keeps what the image said of itself, and my labels', async () => {
      const path = 'user-liuyizhou/nvidia-pytorch:24.12-v1.2.2';
      const imported = await liu.post('/images', { ...wanted(path), labels: [' vision ', '大模型'] });
      expect(imported).toMatchObject({
        status: 201,
        body: { labels: ['vision', '大模型'], described: { cudaVersion: '12.6.3.004' }, warnings: [] },
      });
      const id = String(imported.body.id);
      expect((await liu.get(`/images/${id}`)).body).toEqual(imported.body);
      expect((await preview(liu, path)).body).toMatchObject({ imageId: id });
      await liu.delete(`/images/${id}`);
    });

    it.each([
      [Array.from({ length: 11 }, (_, at) => `label ${at}`)],
      [['']],
      [['x'.repeat(41)]],
      [['same', ' same ']],
      ['vision'],
      [[1]],
    ])('refuses the labels %j', async (labels) => {
      const path = 'user-liuyizhou/nvidia-pytorch:24.12-v1.2.3';
      const refused = await liu.post('/images', { ...wanted(path), labels });
      expect(refused).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/labels', code: 'image.label' }] },
      });
      expect((await liu.get('/images')).body).toMatchObject({ items: [] });
    });

    it('refuses labels that hide what they say', async () => {
      const path = 'user-liuyizhou/nvidia-pytorch:24.12-v1.2.3';
      expect(await liu.post('/images', { ...wanted(path), labels: ['a\u202Eb'] })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/labels', code: 'field.visible-text' }] },
      });
    });
  });

  describe('POST /images/batch', () => {
    interface Result {
      status: number;
      image?: Record<string, unknown>;
      problem?: Record<string, unknown>;
    }
    const resultsOf = async (images: unknown[]) => {
      const { status, body } = await liu.post('/images/batch', { images });
      expect(status).toBe(200);
      return body.results as Result[];
    };

    it('answers one result each, in order, and one that is refused does not stop the others', async () => {
      const good = wanted('user-liuyizhou/nvidia-pytorch:24.11');
      const results = await resultsOf([
        { ...good, link: 'docker.io/library/ubuntu:24.04' },
        good,
        good,
        { ...good, description: '', surplus: 1 },
        wanted('user-liuyizhou/nvidia-pytorch:24.13'),
        { ...good, link: link('user-liuyizhou/docker:v1'), taskType: 'none' },
        wanted('user-liuyizhou/docker:v1'),
      ]);
      expect(results.map(({ status }) => status).sort()).toEqual([201, 201, 400, 404, 409, 422, 422]);
      expect(results[0]?.problem).toMatchObject({
        code: 'link.host-other',
        instance: '/api/v1/images/batch',
        errors: [{ pointer: '/images/0/link' }],
      });
      expect([results[1]?.status, results[2]?.status].sort()).toEqual([201, 409]);
      expect(results[3]?.problem).toMatchObject({ errors: [{ pointer: '/images/3/surplus' }] });
      expect(results[4]?.problem).toMatchObject({ code: 'image.tag-not-found' });
      expect(results[5]?.problem).toMatchObject({ errors: [{ pointer: '/images/5/taskType' }] });
      expect(results[6]?.image).toMatchObject({ repository: 'docker' });
      const { items } = (await liu.get('/images')).body as unknown as Items;
      expect(items).toHaveLength(2);
      for (const { id } of items) await liu.delete(`/images/${String(id)}`);
    });

    it('imports a hundred, and no more', async () => {
      await Promise.all(Array.from({ length: 10 }, (_, at) => push('batch', `n${at}`)));
      const hundred = Array.from({ length: 100 }, (_, at) => wanted(`user-liuyizhou/batch:n${at % 10}`));
      const results = await resultsOf(hundred);
      expect(results.filter(({ status }) => status === 201)).toHaveLength(10);
      expect(results.filter(({ status }) => status === 409)).toHaveLength(90);
      for (const images of [[], [...hundred, hundred[0]], ['link'], 'link']) {
        const refused = await liu.post('/images/batch', { images });
        expect(refused).toMatchObject({ status: 422, body: { errors: [{ code: 'image.batch' }] } });
      }
      for (const { image } of results) if (image) await liu.delete(`/images/${String(image.id)}`);
    });

    it('takes many out of the catalog, but only my own', async () => {
      const paths = ['user-liuyizhou/nvidia-pytorch:24.11', 'user-liuyizhou/nvidia-pytorch:24.12-v1.2.2'];
      const ids = (await resultsOf(paths.map(wanted))).map(({ image }) => String(image?.id));
      expect((await ada.post('/images/batch-delete', { ids })).status).toBe(204);
      expect((await liu.get('/images?count=true')).body.total).toBe(2);
      expect((await liu.post('/images/batch-delete', { ids: [...ids, 'no id'] })).status).toBe(204);
      expect((await liu.get('/images')).body.items).toEqual([]);
      for (const wrong of [[], [1], Array.from({ length: 101 }, () => ids[0])]) {
        const refused = await liu.post('/images/batch-delete', { ids: wrong });
        expect(refused).toMatchObject({ status: 422, body: { errors: [{ code: 'image.ids' }] } });
      }
    });

    it('tells each that the registry is away, and stores nothing', async () => {
      await sandbox.harbor.faults.down();
      const results = await resultsOf(
        ['24.11', '24.12-v1.2.2'].map((tag) => wanted(`user-liuyizhou/nvidia-pytorch:${tag}`)),
      );
      expect(results).toMatchObject([{ status: 503 }, { status: 503 }]);
      await sandbox.harbor.faults.up();
      expect((await liu.get('/images')).body).toMatchObject({ items: [] });
    });
  });

  describe('PATCH /images/{id}', () => {
    it('writes each changed field into the history, by whom and from what to what', async () => {
      const imported = await liu.post('/images', wanted('user-liuyizhou/nvidia-pytorch:24.12-v1.2.3'));
      const id = String(imported.body.id);
      const etag = String(imported.headers.get('etag'));
      await liu.patch(`/images/${id}`, { labels: ['a', 'b'] }, { 'if-match': etag });
      expect((await liu.patch(`/images/${id}`, { labels: null })).status).toBe(422);
      const late = await liu.patch(`/images/${id}`, { labels: ['c'] }, { 'if-match': etag });
      expect(late).toMatchObject({ status: 412 });
      await liu.patch(`/images/${id}`, { description: 'Renamed', taskType: 'jupyter', labels: ['a', 'b'] });
      await liu.patch(`/images/${id}`, { description: 'Renamed' });
      const { body } = await liu.get(`/images/${id}/changes?count=true`);
      expect(body).toMatchObject({ total: 3, nextCursor: null });
      const { items } = body as unknown as Items;
      expect(items).toHaveLength(3);
      expect(items).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ username: 'liuyizhou', field: 'labels', from: [], to: ['a', 'b'] }),
          expect.objectContaining({ field: 'description', from: 'An image', to: 'Renamed' }),
          expect.objectContaining({ field: 'taskType', from: 'pytorch', to: 'jupyter' }),
        ]),
      );
      expect(items[2]).toMatchObject({ field: 'labels' });

      const first = (await liu.get(`/images/${id}/changes?limit=2`)).body as unknown as Items;
      const cursor = first.nextCursor ?? '';
      const second = (await liu.get(`/images/${id}/changes?limit=2&cursor=${cursor}`))
        .body as unknown as Items;
      expect([...first.items, ...second.items]).toEqual(items);
      expect(second.nextCursor).toBeNull();
      expect(await ada.get(`/images/${id}/changes`)).toMatchObject({ status: 404 });
    });

    it('lets one of fifty who read the same write, and tells the others', async () => {
      const [image] = ((await liu.get('/images')).body as unknown as Items).items;
      const id = String(image?.id);
      const before = (await liu.get(`/images/${id}/changes?count=true`)).body.total as number;
      const visibility = sandbox.app.get(ImageVisibility);
      const read = visibility.find.bind(visibility);
      let readers = 0;
      let release: () => void;
      const allHaveRead = new Promise<void>((resolve) => (release = resolve));
      const waiting = jest.spyOn(visibility, 'find').mockImplementation(async (...asked) => {
        const found = await read(...asked);
        readers += 1;
        if (readers === 50) release();
        await allHaveRead;
        return found;
      });
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, at) => liu.patch(`/images/${id}`, { description: `Writer ${at}` })),
      );
      waiting.mockRestore();
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, ...Array.from({ length: 49 }, () => 412)]);
      const { body } = await liu.get(`/images/${id}/changes?count=true&limit=1`);
      expect(body.total).toBe(before + 1);
      const winner = answers.find(({ status }) => status === 200)?.body.description;
      expect((body as unknown as Items).items).toMatchObject([{ from: image?.description, to: winner }]);
      expect((await liu.get(`/images/${id}`)).body.description).toBe(winner);
    });
  });
});
