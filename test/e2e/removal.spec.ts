import { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { holdTasks } from './hold-tasks';
import { callHarbor, Client, startTestSandbox, type Answer } from './journey';
import { cosignSignature, pushArtifact, referrer, signatureTag } from './push-artifact';

const PROJECT = 'user-liuyizhou';
const REPOSITORIES = `/projects/${PROJECT}/repositories`;
const IMAGE = { description: 'An image', taskType: 'pytorch' };

/** What Harbor's rule keeps the owner from deleting, deleted through Berth. */
describe('DELETE of tags and repositories', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let grace: Client;
  let scheduler: Client;
  let login: { registryUrl: string; username: string; password: string };

  const push = async (repository: string, tag: string, content = `${repository}:${tag}`) =>
    pushTinyImage({ ...login, link: { project: PROJECT, repository, tag }, content });
  const remove = async (repository: string, tag: string | null, who = liu, query = ''): Promise<Answer> => {
    const path = `${REPOSITORIES}/${encodeURIComponent(repository)}`;
    return who.delete(tag === null ? `${path}${query}` : `${path}/tags/${tag}${query}`);
  };
  const link = (repository: string, tag: string) =>
    `${sandbox.harbor.address}/${PROJECT}/${repository}:${tag}`;
  const inHarbor = async (method: string, path: string, body?: unknown) =>
    callHarbor(sandbox, sandbox.harborAdmin, method, `/projects/${PROJECT}${path}`, body);
  const isThere = async (repository: string, reference: string) => {
    const path = `/repositories/${encodeURIComponent(encodeURIComponent(repository))}/artifacts/${reference}`;
    return (await inHarbor('GET', path)).status === 200;
  };
  const rules = async () => (await inHarbor('GET', '/immutabletagrules')).body;
  const usedBytes = async () =>
    ((await liu.get(`/projects/${PROJECT}`)).body.quota as { usedBytes: number }).usedBytes;
  const audited = async (target: string) =>
    (
      (await grace.get('/admin/audit?limit=200')).body.items as {
        action: string;
        outcome: string;
        target: string;
      }[]
    )
      .filter((row) => row.target.startsWith(`${PROJECT}/${target}`))
      .map(({ action, outcome }) => `${action} ${outcome}`);

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    // To let go of what a job ran it exempts its tag from the rule, as the deletions do.
    await holdTasks(sandbox.app.get(DataSource), 'holds');
    [liu, ada, grace] = await Promise.all([
      Client.login(sandbox, 'liuyizhou'),
      Client.login(sandbox, 'ada'),
      Client.login(sandbox, 'grace'),
    ]);
    scheduler = Client.scheduler(sandbox);
    const { body } = await liu.post('/account/credentials', {});
    login = {
      registryUrl: sandbox.harbor.url,
      username: String(body.username),
      password: String(body.password),
    };
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('deletes a protected tag and with it the image, and puts the rule back as it was', async () => {
    const before = { rules: await rules(), used: await usedBytes() };
    const digest = await push('app', 'v1');
    const [owner] = await Promise.all([
      callHarbor(
        sandbox,
        login,
        'DELETE',
        `/projects/${PROJECT}/repositories/app/artifacts/${digest}/tags/v1`,
      ),
    ]);
    expect(owner.status).toBe(412);
    const { status, body } = await remove('app', 'v1');
    expect([status, body]).toEqual([200, { deleted: true, artifactDeleted: true, importedByOthers: 0 }]);
    expect(await isThere('app', digest)).toBe(false);
    expect(await rules()).toEqual(before.rules);
    expect(await usedBytes()).toBe(before.used);
    expect(await audited(`app:v1 ${digest}`)).toEqual(['tag.deleted ok']);
  });

  it('keeps the image while another tag holds it, and keeps that tag', async () => {
    const digest = await push('team/nested', 'v1', 'shared');
    await push('team/nested', 'v2', 'shared');
    expect((await remove('team/nested', 'v1')).body).toMatchObject({ deleted: true, artifactDeleted: false });
    expect(await isThere('team/nested', 'v2')).toBe(true);
    expect(await isThere('team/nested', 'v1')).toBe(false);
    expect((await remove('team/nested', 'v2')).body).toMatchObject({ artifactDeleted: true });
    expect(await isThere('team/nested', digest)).toBe(false);
  });

  it('takes what belongs to the image with it, and no signature alone', async () => {
    const digest = await push('signed', 'v1');
    const signature = await pushArtifact(
      login,
      `${PROJECT}/signed`,
      cosignSignature(digest),
      signatureTag(digest),
    );
    expect((await remove('signed', signatureTag(digest))).body.code).toBe('tag.signature');
    expect((await remove('signed', 'v1')).body).toMatchObject({ artifactDeleted: true });
    expect(await isThere('signed', signature)).toBe(false);
  });

  it('says how many others imported it before and after, and their images say gone', async () => {
    await push('shared', 'v1');
    await grace.put(`/projects/${PROJECT}/members/ada`, { role: 'guest' });
    const { body: image } = await ada.post('/images', { link: link('shared', 'v1'), ...IMAGE });
    await liu.post('/images', { link: link('shared', 'v1'), ...IMAGE });
    expect((await remove('shared', 'v1', liu, '?dryRun=true')).body).toEqual({
      deleted: false,
      artifactDeleted: true,
      importedByOthers: 1,
    });
    expect((await remove('shared', null, liu, '?dryRun=true')).body).toMatchObject({ importedByOthers: 1 });
    expect((await remove('shared', 'v1')).body).toMatchObject({ deleted: true, importedByOthers: 1 });
    const { body: gone } = await ada.get(`/images/${String(image.id)}`);
    expect(gone).toMatchObject({ state: 'gone', warnings: [{ code: 'image.warning.gone' }] });
    expect(Date.parse(String(gone.goneSince))).toBeGreaterThan(Date.now() - 60_000);
  });

  it('starts afresh with what is pushed under the name later', async () => {
    await push('afresh', 'v1', 'first');
    await liu.post('/images', { link: link('afresh', 'v1'), ...IMAGE });
    await remove('afresh', 'v1');
    const second = await push('afresh', 'v1', 'second');
    const { body } = await liu.lookup({ link: link('afresh', 'v1') });
    const { items } = (await liu.get('/images')).body as {
      items: { id: string; tag: string; repository: string }[];
    };
    const id = items.find(({ repository }) => repository === 'afresh')?.id ?? '';
    const check = (await liu.post(`/images/${id}/check`)).body;
    expect([check.state, check.from, check.to]).toEqual(['as-recorded', second, second]);
    expect(body.digest === second || body.code === 'image.not-found' || body.state === 'gone').toBe(true);
  });

  it('is refused while a job runs the digest, by whatever tag or with its repository', async () => {
    await push('leased', 'v1', 'leased');
    await push('leased', 'v2', 'leased');
    const lease = { for: 'liuyizhou', links: [link('leased', 'v1')], ttlSeconds: 3600 };
    const job = await scheduler.put('/jobs/slurm-1/images', lease);
    expect(job.status).toBe(200);
    for (const answer of [
      await remove('leased', 'v1'),
      await remove('leased', 'v2'),
      await remove('leased', null),
      await remove('leased', 'v1', liu, '?dryRun=true'),
      await remove('leased', null, liu, '?dryRun=true'),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([409, 'tag.leased']);
    }
    await scheduler.delete('/jobs/slurm-1');
    expect((await remove('leased', 'v1')).body.deleted).toBe(true);
    expect((await remove('leased', null)).body.deleted).toBe(true);
  });

  it('is refused while a job runs one platform of the index', async () => {
    const both = [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ];
    const place = { project: PROJECT, repository: 'platforms', tag: 'v1' };
    await pushTinyImage({ ...login, link: place, content: 'platforms', platforms: both });
    const { body } = await liu.lookup({ link: link('platforms', 'v1') });
    const [, { digest: one }] = body.platforms as [unknown, { digest: string }];
    const links = [`${sandbox.harbor.address}/${PROJECT}/platforms@${one}`];
    const lease = { for: 'liuyizhou', links, ttlSeconds: 3600 };
    expect((await scheduler.put('/jobs/slurm-2/images', lease)).status).toBe(200);
    const refused = await remove('platforms', 'v1');
    expect([refused.status, refused.body.code]).toEqual([409, 'tag.leased']);
    expect(await isThere('platforms', one)).toBe(true);
    await scheduler.delete('/jobs/slurm-2');
    expect((await remove('platforms', 'v1')).body.artifactDeleted).toBe(true);
  });

  it('is refused while a job runs what is attached to the image', async () => {
    const digest = await push('attached', 'v1');
    const model = referrer(digest, 'application/vnd.example.model');
    await pushArtifact(login, `${PROJECT}/attached`, model, 'model');
    const lease = { for: 'liuyizhou', links: [link('attached', 'model')], ttlSeconds: 3600 };
    expect((await scheduler.put('/jobs/slurm-3/images', lease)).status).toBe(200);
    const refused = await remove('attached', 'v1');
    expect([refused.status, refused.body.code]).toEqual([409, 'tag.leased']);
    expect(await isThere('attached', 'model')).toBe(true);
    await scheduler.delete('/jobs/slurm-3');
    expect((await remove('attached', 'v1')).body.artifactDeleted).toBe(true);
  });

  it('is refused while a job runs what is attached to something attached', async () => {
    const digest = await push('attached-twice', 'v1');
    const repository = `${PROJECT}/attached-twice`;
    const sbom = await pushArtifact(login, repository, referrer(digest, 'application/vnd.example.sbom'));
    await pushArtifact(login, repository, referrer(sbom, 'application/vnd.example.signature'), 'signature');
    const lease = { for: 'liuyizhou', links: [link('attached-twice', 'signature')], ttlSeconds: 3600 };
    expect((await scheduler.put('/jobs/slurm-4/images', lease)).status).toBe(200);
    const refused = await remove('attached-twice', 'v1');
    expect([refused.status, refused.body.code]).toEqual([409, 'tag.leased']);
    await scheduler.delete('/jobs/slurm-4');
    expect((await remove('attached-twice', 'v1')).body.artifactDeleted).toBe(true);
  });

  it('deletes a repository with all in it, and nothing of another', async () => {
    await push('whole', 'v1');
    await push('whole', 'v2');
    await push('whole-other', 'v1');
    const before = await rules();
    expect((await remove('whole', null)).body).toMatchObject({ deleted: true });
    expect(await isThere('whole', 'v1')).toBe(false);
    expect(await isThere('whole-other', 'v1')).toBe(true);
    expect(await rules()).toEqual(before);
    expect(await audited('whole')).toEqual(['repository.deleted ok']);
  });

  it('touches no rule of the owner, and says what to do about it', async () => {
    await push('ruled', 'v1');
    const extra = {
      action: 'immutable',
      template: 'immutable_template',
      tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: 'v*' }],
      scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: 'ruled' }] },
    };
    await inHarbor('POST', '/immutabletagrules', extra);
    const before = (await rules()) as { id: number }[];
    const refused = [await remove('ruled', 'v1'), await remove('ruled', null)];
    expect(refused.map(({ body }) => body.code)).toEqual([
      'project.rule-in-the-way',
      'project.rule-in-the-way',
    ]);
    expect(await rules()).toEqual(before);
    expect(await isThere('ruled', 'v1')).toBe(true);
    expect(await audited('ruled:v1')).toEqual(['tag.deleted refused']);
    const id = Math.max(...before.map((rule) => rule.id));
    await inHarbor('DELETE', `/immutabletagrules/${id}`);
    expect((await remove('ruled', 'v1')).body.deleted).toBe(true);
  });

  it('is for maintainers: others are told what they lack, or see nothing', async () => {
    await push('roles', 'v1');
    await grace.put(`/projects/${PROJECT}/members/ada`, { role: 'developer' });
    expect((await remove('roles', 'v1', ada)).body.code).toBe('project.role-too-low');
    await grace.delete(`/projects/${PROJECT}/members/ada`);
    const unseen = await remove('roles', 'v1', ada);
    expect([unseen.status, unseen.body]).toEqual([
      200,
      { deleted: false, artifactDeleted: false, importedByOthers: 0 },
    ]);
    expect((await remove('roles', 'v2')).body.deleted).toBe(false);
    expect((await remove('absent', null)).body.deleted).toBe(false);
    expect(await isThere('roles', 'v1')).toBe(true);
  });
});
