import type { Sandbox } from '../../sandbox/sandbox';
import { mariadb } from '../servers/mariadb';
import { skopeo as skopeoBinary } from '../servers/skopeo';
import { callHarbor, Client, startTestSandbox } from './journey';
import { writeOciLayout } from './oci-layout';
import { Skopeo } from './skopeo';

interface Credentials {
  address: string;
  username: string;
  password: string;
  project: string;
  commands: { login: string; tag: string; push: string };
}

const databases = {
  SQLite: () => Promise.resolve({ env: {}, drop: () => Promise.resolve() }),
  MariaDB: async () => {
    const fresh = await mariadb();
    return { env: { DATABASE_URL: fresh.url }, drop: () => fresh.drop() };
  },
};

/** One journey, step by step; each `it` goes on where the one before ended. */
describe.each(Object.entries(databases))(
  'from a directory login to a pinned digest, on %s',
  (_, database) => {
    let sandbox: Sandbox & { forget(): Promise<void> };
    let person: Client;
    let scheduler: Client;
    let skopeo: Skopeo;
    let credentials: Credentials;
    let imageId: string;
    let recorded: string;
    let moved: string;
    const first = writeOciLayout('first');
    const second = writeOciLayout('second');
    const link = (tag: string) => `${sandbox.harbor.address}/user-liuyizhou/demo:${tag}`;
    const harborLogin = () => ({ username: credentials.username, password: credentials.password });

    let drop: () => Promise<void>;

    beforeAll(async () => {
      const { env, drop: dropDatabase } = await database();
      drop = dropDatabase;
      sandbox = await startTestSandbox({ env });
      scheduler = Client.scheduler(sandbox);
      skopeo = new Skopeo(skopeoBinary());
    });
    afterAll(async () => {
      await sandbox.forget();
      await drop();
    });

    it('logs in with the directory’s password, and has no account yet', async () => {
      person = await Client.login(sandbox, 'liuyizhou');
      const { status, body } = await person.get('/account');
      expect(status).toBe(200);
      expect(body).toMatchObject({ username: 'liuyizhou', state: 'none', project: null });
    });

    it('gets a private project and credentials, shown once', async () => {
      const answer = await person.post('/account/credentials', {});
      expect(answer.status).toBe(201);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      credentials = answer.body as unknown as Credentials;
      expect(credentials).toMatchObject({
        address: sandbox.harbor.address,
        username: 'liuyizhou',
        project: 'user-liuyizhou',
        commands: { login: `docker login ${sandbox.harbor.address} --username liuyizhou` },
      });
      const again = await person.post('/account/credentials', {});
      expect(again.status).toBe(409);
      expect(again.body.code).toBe('account.credentials-exist');
    });

    it('made the project private, with its quota, the tag rule, and the person as project admin', async () => {
      const project = await callHarbor(sandbox, harborLogin(), 'GET', '/projects/user-liuyizhou');
      expect(project.body).toMatchObject({ metadata: { public: 'false' }, current_user_role_id: 1 });
      const rules = await callHarbor(
        sandbox,
        harborLogin(),
        'GET',
        '/projects/user-liuyizhou/immutabletagrules',
      );
      expect(rules.body).toMatchObject([
        { tag_selectors: [{ decoration: 'excludes', pattern: '{latest,sha256-*}' }] },
      ]);
      const { body } = await person.get('/account');
      expect(body).toMatchObject({
        state: 'ready',
        quota: { usedBytes: 0, limitBytes: 42_949_672_960 },
        problems: [],
      });
    });

    it('pushes demo:v1 and demo:latest with skopeo', async () => {
      const login = await skopeo.login(sandbox.harbor.address, credentials.username, credentials.password);
      expect(login).toMatchObject({ exitCode: 0 });
      expect(await skopeo.push(first, link('v1'))).toMatchObject({ exitCode: 0 });
      expect(await skopeo.push(first, link('latest'))).toMatchObject({ exitCode: 0 });
      recorded = await skopeo.digest(link('v1'));
      expect(recorded).toMatch(/^sha256:[0-9a-f]{64}$/);
    });

    it('imports the full link with description and task type', async () => {
      const wanted = { link: link('v1'), description: 'My first image', taskType: 'pytorch' };
      const { status, body, headers } = await person.post('/images', wanted);
      expect(status).toBe(201);
      expect(body).toMatchObject({
        ...wanted,
        project: 'user-liuyizhou',
        repository: 'demo',
        tag: 'v1',
        owner: 'liuyizhou',
        recordedDigest: recorded,
        currentDigest: recorded,
        state: 'as-recorded',
        platforms: [{ os: 'linux', architecture: 'amd64' }],
      });
      imageId = String(body.id);
      expect(headers.get('location')).toBe(`/api/v1/images/${imageId}`);
    });

    it('edits both', async () => {
      const { headers } = await person.get(`/images/${imageId}`);
      const etag = String(headers.get('etag'));
      const change = { description: 'My image, renamed', taskType: 'jupyter' };
      const edited = await person.patch(`/images/${imageId}`, change, { 'if-match': etag });
      expect(edited).toMatchObject({ status: 200, body: change });
      const late = await person.patch(`/images/${imageId}`, { description: 'Late' }, { 'if-match': etag });
      expect(late).toMatchObject({ status: 412, body: { code: 'request.stale' } });
      expect((await person.get('/images')).body).toMatchObject({ items: [change], nextCursor: null });
    });

    it('answers the person and the scheduler with the digest that skopeo sees', async () => {
      const pinned = `${sandbox.harbor.address}/user-liuyizhou/demo@${recorded}`;
      const mine = await person.lookup({ link: link('v1') });
      expect(mine).toMatchObject({
        status: 200,
        body: { pinned, digest: recorded, state: 'as-recorded', imageId },
      });
      const theirs = await scheduler.lookup({ link: link('v1'), for: 'liuyizhou' });
      expect(theirs).toMatchObject({ status: 200, body: { pinned, imageId, stale: false } });
      const latest = await scheduler.lookup({ link: link('latest'), for: 'liuyizhou' });
      expect(latest).toMatchObject({ status: 200, body: { pinned, state: 'current', recordedDigest: null } });
    });

    it('lets the rule refuse a second push of v1, and none of latest', async () => {
      const refused = await skopeo.push(second, link('v1'));
      expect(refused.exitCode).not.toBe(0);
      expect(refused.output).toContain('configured as immutable');
      expect(await skopeo.push(second, link('latest'))).toMatchObject({ exitCode: 0 });
      moved = await skopeo.digest(link('latest'));
      const latest = await scheduler.lookup({ link: link('latest'), for: 'liuyizhou' });
      expect(latest.body.digest).toBe(moved);
    });

    const liftRule = async () => {
      const rules = '/projects/user-liuyizhou/immutabletagrules';
      const [rule] = (await callHarbor(sandbox, harborLogin(), 'GET', rules)).body as { id: number }[];
      const lifted = await callHarbor(sandbox, harborLogin(), 'PUT', `${rules}/${rule?.id}`, {
        ...rule,
        disabled: true,
      });
      expect(lifted.status).toBe(200);
    };

    it('says moved after the person lifted the rule and moved v1, and keeps answering the recorded digest', async () => {
      await liftRule();
      expect(await skopeo.push(second, link('v1'))).toMatchObject({ exitCode: 0 });

      const check = await person.post(`/images/${imageId}/check`);
      expect(check).toMatchObject({
        status: 200,
        body: { tag: 'v1', state: 'moved', from: recorded, to: moved },
      });
      const lookup = await scheduler.lookup({ link: link('v1'), for: 'liuyizhou' });
      expect(lookup).toMatchObject({ status: 200, body: { digest: recorded, recordedDigest: recorded } });
      expect((await person.get(`/images/${imageId}`)).body).toMatchObject({
        state: 'moved',
        recordedDigest: recorded,
        currentDigest: moved,
      });
    });

    it('lists the move, with who it was, and puts the tag back in one step, with the rule', async () => {
      const open = await person.get('/violations?state=open');
      expect(open.body.items).toMatchObject([
        { project: 'user-liuyizhou', repository: 'demo', tag: 'v1', fromDigest: recorded, toDigest: moved },
      ]);
      const [{ id } = { id: '' }] = open.body.items as { id: string }[];
      expect(await person.post(`/violations/${id}/restore`)).toMatchObject({
        status: 200,
        body: { state: 'restored', settledBy: 'liuyizhou', restoration: { state: 'done', by: 'liuyizhou' } },
      });
      expect(await skopeo.digest(link('v1'))).toBe(recorded);
      expect((await skopeo.push(second, link('v1'))).output).toContain('configured as immutable');
      const lookup = await scheduler.lookup({ link: link('v1'), for: 'liuyizhou' });
      expect(lookup).toMatchObject({ status: 200, body: { digest: recorded, state: 'as-recorded' } });
    });

    it('resets the password: the new one works, the old one does not, nothing else changes', async () => {
      await liftRule();
      const members = '/projects/user-liuyizhou/members';
      const before = await callHarbor(sandbox, sandbox.harborAdmin, 'GET', members);
      const answer = await person.post('/account/credentials', { reset: true });
      expect(answer.status).toBe(200);
      const fresh = String(answer.body.password);
      expect(fresh).not.toBe(credentials.password);

      const other = new Skopeo(skopeoBinary());
      const { address, username, password } = credentials;
      expect((await other.login(address, username, password)).exitCode).not.toBe(0);
      expect((await callHarbor(sandbox, { username, password: fresh }, 'GET', '/users/current')).status).toBe(
        200,
      );
      expect(await callHarbor(sandbox, sandbox.harborAdmin, 'GET', members)).toEqual(before);
      expect((await person.get('/images')).body).toMatchObject({ items: [{ id: imageId }] });
    });

    it('puts the tag rule back on a reset', async () => {
      const rules = await callHarbor(
        sandbox,
        sandbox.harborAdmin,
        'GET',
        '/projects/user-liuyizhou/immutabletagrules',
      );
      expect(rules.body).toHaveLength(1);
      expect(rules.body).not.toMatchObject([{ disabled: true }]);
    });

    it('takes an image out of the catalog, and leaves it in the registry', async () => {
      expect((await person.delete(`/images/${imageId}`)).status).toBe(204);
      expect((await person.delete(`/images/${imageId}`)).status).toBe(204);
      expect(await person.get(`/images/${imageId}`)).toMatchObject({
        status: 404,
        body: { code: 'image.not-found' },
      });
      const other = new Skopeo(skopeoBinary());
      const { password } = (await person.post('/account/credentials', { reset: true })).body;
      await other.login(credentials.address, credentials.username, String(password));
      expect(await other.digest(link('v1'))).toBe(recorded);
    });
  },
);
