import { setTimeout as sleep } from 'node:timers/promises';
import { getDataSourceToken } from '@nestjs/typeorm';
import { IsNull, type DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { Project } from '../../src/projects/project.entity';
import { HoldWork } from '../../src/restoring/hold-work';
import { skopeo as skopeoBinary } from '../servers/skopeo';
import { holdTasks } from './hold-tasks';
import { callHarbor, Client, startTestSandbox } from './journey';
import { writeOciLayout } from './oci-layout';
import { Skopeo } from './skopeo';

type Row = Record<string, unknown>;
interface Rule {
  id: number;
  disabled?: boolean;
}

const PROJECT = 'user-liuyizhou';
const RULES = `/projects/${PROJECT}/immutabletagrules`;
const IMAGE = { description: 'An image', taskType: 'pytorch' };

/** A tag that was moved, whatever is done about it. */
describe('tags that moved', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let grace: Client;
  let scheduler: Client;
  let login: { registryUrl: string; username: string; password: string };
  let skopeo: Skopeo;
  let rulesBefore: Rule[];

  const push = async (repository: string, tag: string, content: string) =>
    pushTinyImage({ ...login, link: { project: PROJECT, repository, tag }, content });
  const link = (repository: string, tag: string) =>
    `${sandbox.harbor.address}/${PROJECT}/${repository}:${tag}`;
  const asOwner = async (method: string, path: string, body?: unknown) =>
    callHarbor(sandbox, login, method, path, body);
  const rules = async () => (await asOwner('GET', RULES)).body as Rule[];
  const liftRule = async () => {
    await until(async () => JSON.stringify(await rules()) === JSON.stringify(rulesBefore));
    const [rule] = rulesBefore;
    await asOwner('PUT', `${RULES}/${rule?.id}`, { ...rule, disabled: true });
  };
  const setRule = async () => {
    const [rule] = rulesBefore;
    await asOwner('PUT', `${RULES}/${rule?.id}`, { ...rule, disabled: false });
  };
  const digestOf = async (repository: string, reference: string) => {
    const path = `/projects/${PROJECT}/repositories/${repository}/artifacts/${reference}`;
    const { status, body } = await asOwner('GET', path);
    return status === 200 ? (body as { digest: string }).digest : null;
  };
  const tagsOf = async (repository: string, digest: string) => {
    const path = `/projects/${PROJECT}/repositories/${repository}/artifacts/${digest}/tags`;
    return ((await asOwner('GET', path)).body as { name: string }[]).map(({ name }) => name);
  };
  const importImage = async (repository: string, tag: string) =>
    String((await liu.post('/images', { link: link(repository, tag), ...IMAGE })).body.id);
  const violationsOf = async (repository: string, who = liu) =>
    ((await who.get(`/violations?project=${PROJECT}`)).body.items as Row[]).filter(
      (row) => row.repository === repository,
    );
  const problems = async () =>
    ((await liu.get(`/projects/${PROJECT}`)).body.problems as { code: string }[]).map(({ code }) => code);
  const policy = async (tagRule: string) => liu.put(`/projects/${PROJECT}/policies`, { tagRule });
  const work = async () => sandbox.app.get(HoldWork).run(new AbortController().signal);
  const until = async (isSo: () => Promise<boolean>) => {
    while (!(await isSo())) await sleep(50);
  };
  /** Moved by its owner, who lifts the rule for it, and noticed. */
  const move = async (repository: string, tag: string) => {
    const from = await push(repository, tag, `${repository}:${tag}`);
    const id = await importImage(repository, tag);
    await liftRule();
    const to = await push(repository, tag, `${repository}:${tag} moved`);
    await setRule();
    await liu.post(`/images/${id}/check`);
    return { from, to, id };
  };

  beforeAll(async () => {
    // What the policy does is to be seen, not what the comparison of projects does; a move is noticed by a check alone,
    // once the rule is as the test wants it.
    const env = { DRIFT_REPAIR: 'none', WEBHOOK_URL: 'off', AUDIT_FEED: 'off' };
    sandbox = await startTestSandbox({ env });
    await holdTasks(sandbox.app.get<DataSource>(getDataSourceToken()), 'holds', 'sweeps');
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
    rulesBefore = await rules();
    skopeo = new Skopeo(skopeoBinary());
    await skopeo.login(sandbox.harbor.address, login.username, login.password);
  });
  afterAll(async () => {
    await sandbox.forget();
  });
  afterEach(async () => {
    await policy('site');
    await until(async () => (await rules()).length === 1);
    await setRule();
  });

  it('are listed for those who have a role in the project, and told in its problems', async () => {
    const { from, to } = await move('listed', 'v1');
    const [violation] = await violationsOf('listed');
    expect(violation).toMatchObject({
      project: PROJECT,
      repository: 'listed',
      tag: 'v1',
      state: 'open',
      recordedDigest: from,
      toDigest: to,
      restoration: null,
    });
    expect(await violationsOf('listed', grace)).toHaveLength(1);
    expect(await violationsOf('listed', ada)).toEqual([]);
    const id = String(violation?.id);
    expect((await ada.get(`/violations/${id}`)).status).toBe(404);
    expect((await ada.post(`/violations/${id}/restore`)).status).toBe(404);
    expect((await liu.get(`/violations/${id}`)).body).toEqual(violation);
    expect(await problems()).toContain('project.problem.tags-moved');
    expect((await liu.get('/violations?limit=1&count=true')).body).toMatchObject({
      total: 1,
      nextCursor: null,
    });
    expect((await liu.post(`/violations/${id}/restore`)).body.state).toBe('restored');
    expect(await problems()).not.toContain('project.problem.tags-moved');
  });

  it('are put back when a maintainer says so: in one step, with both images kept, and proven', async () => {
    const { from, to } = await move('back', 'v1');
    const before = await rules();
    const [violation] = await violationsOf('back');
    const { status, body } = await liu.post(`/violations/${String(violation?.id)}/restore`);
    expect([status, body.state, body.settledBy]).toEqual([200, 'restored', 'liuyizhou']);
    expect(body.restoration).toMatchObject({ state: 'done', by: 'liuyizhou' });
    expect([await digestOf('back', 'v1'), await digestOf('back', to)]).toEqual([from, to]);
    expect(await rules()).toEqual(before);
    expect((await liu.post(`/violations/${String(violation?.id)}/restore`)).body.code).toBe(
      'violation.settled',
    );
    expect((await liu.lookup({ link: link('back', 'v1') })).body).toMatchObject({
      digest: from,
      state: 'as-recorded',
    });
  });

  it('are put back by policy with the rule, though a person moved it with skopeo; the digest stays pullable', async () => {
    await policy('restore');
    const first = writeOciLayout('restored');
    await skopeo.push(first, link('owned', 'v1'));
    const digest = await skopeo.digest(link('owned', 'v1'));
    await importImage('owned', 'v1');
    await liftRule();
    const moved = await skopeo.push(writeOciLayout('restored moved'), link('owned', 'v1'));
    expect(moved.exitCode).toBe(0);
    const lookup = (await liu.lookup({ link: link('owned', 'v1') })).body;
    expect(lookup.digest).toBe(digest);
    const id = ((await liu.get('/images')).body.items as Row[]).find((row) => row.repository === 'owned')?.id;
    await liu.post(`/images/${String(id)}/check`);
    await until(async () => (await digestOf('owned', 'v1')) === digest);
    expect(await skopeo.digest(link('owned', 'v1'))).toBe(digest);
    await until(async () => (await rules()).every(({ disabled }) => disabled !== true));
    expect((await skopeo.push(writeOciLayout('restored again'), link('owned', 'v1'))).exitCode).not.toBe(0);
    await until(async () => (await violationsOf('owned')).every((row) => row.state === 'restored'));
    expect(await violationsOf('owned')).toMatchObject([{ settledBy: 'berth' }]);
    expect(await skopeo.digest(`${sandbox.harbor.address}/${PROJECT}/owned@${digest}`)).toBe(digest);
  });

  it('are left to people once they were put back three times in a day', async () => {
    await policy('restore');
    const from = await push('stubborn', 'v1', 'stubborn');
    const id = await importImage('stubborn', 'v1');
    for (let round = 1; round <= 4; round += 1) {
      await liftRule();
      await push('stubborn', 'v1', `stubborn ${round}`);
      await setRule();
      await liu.post(`/images/${id}/check`);
      if (round < 4) await until(async () => (await digestOf('stubborn', 'v1')) === from);
      if (round < 4) await until(async () => (await violationsOf('stubborn'))[0]?.state === 'restored');
    }
    const lastState = async () =>
      ((await violationsOf('stubborn'))[0]?.restoration as { state: string } | null)?.state;
    await until(async () => (await lastState()) === 'stopped');
    const [last, ...before] = await violationsOf('stubborn');
    expect(last).toMatchObject({ state: 'open', restoration: { state: 'stopped' } });
    expect(before.map((row) => row.state)).toEqual(['restored', 'restored', 'restored']);
    expect(await problems()).toContain('project.problem.restore-stopped');
    expect((await liu.post(`/violations/${String(last?.id)}/restore`)).body.state).toBe('restored');
    expect(await problems()).not.toContain('project.problem.restore-stopped');
  });

  it('are refused to jobs where the policy blocks them, until somebody decides', async () => {
    // Before it moves: the policy of the test before would have it put back.
    await policy('block');
    const { from, to } = await move('blocked', 'v1');
    const refused = await liu.lookup({ link: link('blocked', 'v1') });
    expect(refused.status).toBe(409);
    const [violation] = await violationsOf('blocked');
    const path = `/violations/${String(violation?.id)}/acknowledge`;
    const decision = { reason: 'Agreed with the team', acceptNewDigest: false };
    expect((await liu.post(path, decision)).status).toBe(403);
    expect((await grace.post(path, { reason: ' ', acceptNewDigest: false })).status).toBe(422);
    const { body } = await grace.post(path, decision);
    expect(body).toMatchObject({ state: 'acknowledged', settledBy: 'grace', reason: decision.reason });
    await until(async () => (await liu.lookup({ link: link('blocked', 'v1') })).body.digest === from);
    expect((await grace.post(path, decision)).body.code).toBe('violation.settled');
    expect(await digestOf('blocked', 'v1')).toBe(to);
  });

  it('become what jobs get when an admin accepts them', async () => {
    const { to } = await move('accepted', 'v1');
    const [violation] = await violationsOf('accepted');
    const decision = { reason: 'Rebuilt', acceptNewDigest: true };
    await grace.post(`/violations/${String(violation?.id)}/acknowledge`, decision);
    const { body } = await liu.lookup({ link: link('accepted', 'v1') });
    expect(body).toMatchObject({ digest: to, recordedDigest: to, state: 'as-recorded' });
  });

  it('stay where they are when an admin accepts them while putting back waits for its turn', async () => {
    const { from, to } = await move('waiting', 'v1');
    const id = String((await violationsOf('waiting'))[0]?.id);
    const { manager } = sandbox.app.get<DataSource>(getDataSourceToken());
    const held = { leaseToken: 'a-test', leaseUntil: new Date('2100-01-01T00:00:00Z') };
    await until(async () => {
      const free = { name: PROJECT, leaseToken: IsNull() };
      return (await manager.update(Project, free, held)).affected === 1;
    });
    const manifest = `/v2/${PROJECT}/waiting/manifests/${from}`;
    const asked = liu.post(`/violations/${id}/restore`);
    // The last that it does before it waits.
    await until(async () => Promise.resolve(sandbox.harbor.calls.some(({ path }) => path === manifest)));
    const decision = { reason: 'Rebuilt', acceptNewDigest: true };
    expect((await grace.post(`/violations/${id}/acknowledge`, decision)).body.state).toBe('acknowledged');
    await manager.update(Project, { name: PROJECT }, { leaseToken: null, leaseUntil: null });
    const { status, body } = await asked;
    expect([status, body.code]).toEqual([409, 'violation.changed']);
    expect(await digestOf('waiting', 'v1')).toBe(to);
    expect(await violationsOf('waiting')).toHaveLength(1);
  });

  it('cannot be put back once the image is garbage-collected', async () => {
    const { from } = await move('collected', 'v1');
    const [violation] = await violationsOf('collected');
    await callHarbor(
      sandbox,
      sandbox.harborAdmin,
      'DELETE',
      `/projects/${PROJECT}/repositories/collected/artifacts/${from}`,
    );
    const { status, body } = await liu.post(`/violations/${String(violation?.id)}/restore`);
    expect([status, body.code]).toEqual([409, 'tag.restore-gone']);
  });

  it('are not put back while a policy of the project lets nobody pull what they were', async () => {
    const { from, to } = await move('vulnerable', 'v1');
    const [violation] = await violationsOf('vulnerable');
    const setPolicy = async (prevents: boolean) => {
      const metadata = { public: 'false', prevent_vul: String(prevents), severity: 'low' };
      await callHarbor(sandbox, sandbox.harborAdmin, 'PUT', `/projects/${PROJECT}`, { metadata });
    };
    const scanner = { name: 'sandbox', url: 'http://scanner.example.com' };
    await callHarbor(sandbox, sandbox.harborAdmin, 'POST', '/scanners', scanner);
    await setPolicy(true);
    const { status, body } = await liu.post(`/violations/${String(violation?.id)}/restore`);
    expect([status, body.code]).toEqual([409, 'tag.restore-refused']);
    expect(body.params).toEqual({
      project: PROJECT,
      repository: `${PROJECT}/vulnerable`,
      tag: 'v1',
      digest: from,
    });
    expect(await digestOf('vulnerable', 'v1')).toBe(to);
    await setPolicy(false);
    const restored = await liu.post(`/violations/${String(violation?.id)}/restore`);
    expect(restored.status).toBe(200);
    expect(await digestOf('vulnerable', 'v1')).toBe(from);
  });

  it('keep what they were recorded with by a tag of Berth’s own, until they are back', async () => {
    const { from } = await move('held', 'v1');
    await work();
    const [hold = ''] = await tagsOf('held', from);
    expect(hold).toMatch(/^berth-hold-/);
    const { items } = (await liu.get(`/projects/${PROJECT}/repositories/held/tags`)).body as { items: Row[] };
    expect(items.map(({ tag, hold: isHold }) => [tag, isHold])).toEqual(
      expect.arrayContaining([
        ['v1', false],
        [hold, true],
      ]),
    );
    expect((await liu.get(`/projects/${PROJECT}/usage`)).body.held).toMatchObject({
      artifacts: expect.any(Number) as number,
    });
    const imported = await liu.post('/images', { link: link('held', hold), ...IMAGE });
    expect([imported.status, imported.body.code]).toEqual([422, 'link.hold-tag']);
    expect((await liu.delete(`/projects/${PROJECT}/repositories/held/tags/${hold}`)).body.code).toBe(
      'tag.hold',
    );
    expect(
      (await asOwner('DELETE', `/projects/${PROJECT}/repositories/held/artifacts/${from}/tags/${hold}`))
        .status,
    ).toBe(412);
    // Its owner may take it away with the rule off: it comes back.
    await liftRule();
    await asOwner('DELETE', `/projects/${PROJECT}/repositories/held/artifacts/${from}/tags/${hold}`);
    await setRule();
    expect(await tagsOf('held', from)).toEqual([]);
    await work();
    expect(await tagsOf('held', from)).toEqual([hold]);
    // Harbor copies an image with all its tags; there this one holds nothing.
    const copy = `/projects/${PROJECT}/repositories/copied/artifacts?from=${PROJECT}/held@${from}`;
    expect((await asOwner('POST', copy)).status).toBe(201);
    expect(await tagsOf('copied', from)).toEqual([hold]);
    expect((await liu.delete(`/projects/${PROJECT}/repositories/copied/tags/${hold}`)).body.deleted).toBe(
      true,
    );
    expect(await digestOf('copied', from)).toBeNull();
    const before = await rules();
    const [violation] = await violationsOf('held');
    await liu.post(`/violations/${String(violation?.id)}/restore`);
    await work();
    expect(await tagsOf('held', from)).toEqual(['v1']);
    expect(await rules()).toEqual(before);
    expect(await violationsOf(hold)).toEqual([]);
  });

  it('are told as in danger where somebody took the name of the tag that would hold them', async () => {
    const from = await push('squatted', 'v1', 'squatted');
    const name = `berth-hold-${from.slice('sha256:'.length, 'sha256:'.length + 32)}`;
    await push('squatted', name, 'somebody else’s');
    await importImage('squatted', 'v1').then(async (id) => {
      await liftRule();
      await push('squatted', 'v1', 'squatted, moved');
      await setRule();
      await liu.post(`/images/${id}/check`);
    });
    await work();
    expect(await problems()).toContain('project.problem.hold-not-set');
    await liftRule();
    const digest = (await digestOf('squatted', name)) ?? '';
    await asOwner('DELETE', `/projects/${PROJECT}/repositories/squatted/artifacts/${digest}/tags/${name}`);
    await setRule();
    await work();
    expect(await problems()).not.toContain('project.problem.hold-not-set');
    expect(await tagsOf('squatted', from)).toEqual([name]);
  });

  it('keep what they were recorded with when its last other tag is deleted', async () => {
    const { from } = await move('counted', 'v1');
    const path = `/projects/${PROJECT}/repositories/counted`;
    await asOwner('POST', `${path}/artifacts/${from}/tags`, { name: 'spare' });
    expect((await liu.delete(`${path}/tags/spare`)).body).toMatchObject({
      deleted: true,
      artifactDeleted: false,
    });
    expect(await digestOf('counted', from)).toBe(from);
  });

  it('do not take away what a job runs: it is held while latest moves back, and let go when the job ends', async () => {
    const first = await push('rolled', 'latest', 'rolled 1');
    const id = await importImage('rolled', 'latest');
    const second = await push('rolled', 'latest', 'rolled 2');
    await liu.post(`/images/${id}/check`);
    const lease = { for: 'liuyizhou', links: [link('rolled', 'latest')], ttlSeconds: 3600 };
    expect((await scheduler.put('/jobs/job-1/images', lease)).status).toBe(200);
    const rollback = async (digest: string, who = liu) => who.post(`/images/${id}/rollback`, { digest });
    expect((await rollback(`sha256:${'0'.repeat(64)}`)).body.code).toBe('image.digest-not-in-history');
    expect((await rollback(first, ada)).status).toBe(404);
    const { status, body } = await rollback(first);
    expect([status, body.from, body.to]).toEqual([200, second, first]);
    expect(await digestOf('rolled', 'latest')).toBe(first);
    expect(await tagsOf('rolled', second)).toEqual([expect.stringMatching(/^berth-hold-/)]);
    await work();
    expect(await tagsOf('rolled', second)).toHaveLength(1);
    await scheduler.delete('/jobs/job-1');
    await work();
    expect(await tagsOf('rolled', second)).toEqual([]);
    const { items } = (await liu.get('/images')).body as { items: { id: string; tag: string }[] };
    const other = items.find(({ tag }) => tag === 'v1')?.id;
    expect((await liu.post(`/images/${String(other)}/rollback`, { digest: first })).body.code).toBe(
      'image.not-movable',
    );
  });
});
