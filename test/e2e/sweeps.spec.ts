import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { pushTinyImage, type TinyImageOptions } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { HarborClient } from '../../src/harbor/harbor.client';
import { TagRecordsService } from '../../src/tag-rule/tag-records.service';
import { holdTasks } from './hold-tasks';
import { callHarbor, Client, startTestSandbox } from './journey';

interface Progress {
  projects: number;
  running: number;
  due: number;
  stopped: number;
  figures: { calls: number; tags: number; firstSeen: number; moved: number; vanished: number };
  alarms: { project: string; reach: string; vanished: number; moved: number; tags: number }[];
}

interface Shown {
  name: string;
  problems: { code: string; detail: string }[];
}

/** Harbor tells nothing by itself: no webhooks, no audit log. The sweep alone finds everything. */
describe('sweeps', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let grace: Client;
  let liu: Client;
  let ada: Client;
  let scheduler: Client;
  const LIU = 'user-liuyizhou';

  const inHarbor = async (method: string, path: string, body?: unknown) =>
    callHarbor(sandbox, sandbox.harborAdmin, method, path, body);
  const push = async (
    project: string,
    repository: string,
    tag: string,
    content: string,
    more: Pick<TinyImageOptions, 'platforms'> = {},
  ) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project, repository, tag },
      ...sandbox.harborAdmin,
      content,
      ...more,
    });
  const addTags = async (project: string, repository: string, digest: string, tags: readonly string[]) => {
    for (const name of tags) {
      await inHarbor('POST', `/projects/${project}/repositories/${repository}/artifacts/${digest}/tags`, {
        name,
      });
    }
  };
  const deleteTag = async (project: string, repository: string, tag: string) => {
    const artifact = `/projects/${project}/repositories/${repository}/artifacts/${tag}`;
    expect((await inHarbor('DELETE', `${artifact}/tags/${tag}`)).status).toBe(200);
  };
  /** The owner can, too. */
  const liftRule = async (project: string) => {
    const { body } = await inHarbor('GET', `/projects/${project}/immutabletagrules`);
    for (const { id } of body as { id: number }[]) {
      await inHarbor('DELETE', `/projects/${project}/immutabletagrules/${id}`);
    }
  };
  const progress = async () => (await grace.get('/admin/sweeps')).body as unknown as Progress;
  const idle = async (): Promise<Progress> => {
    for (;;) {
      const now = await progress();
      if (now.running === 0 && now.due === 0) return now;
      await sleep(20);
    }
  };
  const sweep = async (request: { project?: string; force?: boolean } = {}): Promise<Progress> => {
    await idle();
    const { status } = await grace.post('/admin/sweeps', request);
    expect(status).toBe(202);
    return idle();
  };
  const stateOf = async (project: string, repository: string, tag: string, who: string) => {
    const link = `${sandbox.harbor.address}/${project}/${repository}:${tag}`;
    return (await scheduler.lookup({ link, for: who, maxAgeMs: '86400000' })).body;
  };
  /** The alarms among what a project, by itself and in the list, shows to its owner. */
  const problemsOf = async (name: string) => {
    const { items } = (await ada.get('/projects')).body as unknown as { items: Shown[] };
    const alone = (await ada.get(`/projects/${name}`)).body as unknown as Shown;
    return [alone, ...items.filter((item) => item.name === name)]
      .flatMap(({ problems }) => problems)
      .filter(({ code }) => code === 'project.problem.sweep-alarm')
      .map(({ detail }) => detail);
  };
  /** Others are swept meanwhile, when their time has come. */
  const callsOf = async (project: string, work: () => Promise<unknown>) => {
    const before = sandbox.harbor.calls.length;
    await work();
    return sandbox.harbor.calls
      .slice(before)
      .filter(({ caller }) => caller.startsWith('robot'))
      .filter(({ path }) => path.includes(`/projects/${project}/`) && path.includes('artifacts'))
      .map(({ method, path }) => `${method} ${path}`);
  };

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { SWEEP_CALLS_PER_SECOND: '1000', DRIFT_REPAIR: 'none' } });
    // It looks at what moved, too.
    await holdTasks(sandbox.app.get(DataSource), 'holds');
    const off = { notification_enable: false, skip_audit_log_database: true };
    await inHarbor('PUT', '/configurations', off);
    grace = await Client.login(sandbox, 'grace');
    liu = await Client.login(sandbox, 'liuyizhou');
    ada = await Client.login(sandbox, 'ada');
    scheduler = Client.scheduler(sandbox);
    await liu.post('/account/credentials', {});
    await ada.post('/account/credentials', {});
    await liftRule(LIU);
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('records every tag of a kept project that nobody ever asked for, but no signatures and no holds', async () => {
    const digest = await push(LIU, 'demo', 'v1', 'one');
    await addTags(LIU, 'demo', digest, ['v2', 'berth-hold-1', `sha256-${'a'.repeat(64)}.sig`]);
    const { figures } = await sweep({ project: LIU });
    expect(figures.firstSeen).toBeGreaterThanOrEqual(2);
    expect(figures).toMatchObject({ moved: 0, vanished: 0 });
    await push(LIU, 'demo', 'v1', 'moved before anybody looked');
    const answer = await stateOf(LIU, 'demo', 'v1', 'liuyizhou');
    expect(answer).toMatchObject({ digest, recordedDigest: digest });
    await push(LIU, 'demo', 'v1', 'one');
  });

  it('costs one call for each page when nothing changed', async () => {
    await sweep({ project: LIU });
    const calls = await callsOf(LIU, async () => sweep({ project: LIU }));
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatch(/^GET .*\/projects\/user-liuyizhou\/artifacts\?/);
  });

  it('finds by itself what moved, what is gone and what came back', async () => {
    const first = await push(LIU, 'demo', 'moving', 'first');
    await push(LIU, 'demo', 'going', 'going');
    await sweep({ project: LIU });
    const second = await push(LIU, 'demo', 'moving', 'second');
    await deleteTag(LIU, 'demo', 'going');
    const found = await sweep({ project: LIU });
    expect(found.figures).toMatchObject({ moved: 1, vanished: 1 });
    const moved = await stateOf(LIU, 'demo', 'moving', 'liuyizhou');
    expect(moved).toMatchObject({ state: 'moved', recordedDigest: first, digest: first });
    expect(second).not.toBe(first);
    expect((await stateOf(LIU, 'demo', 'going', 'liuyizhou')).state).toBe('gone');
    await push(LIU, 'demo', 'going', 'going');
    await push(LIU, 'demo', 'moving', 'first');
    await sweep({ project: LIU });
    expect((await stateOf(LIU, 'demo', 'going', 'liuyizhou')).state).toBe('as-recorded');
    expect((await stateOf(LIU, 'demo', 'moving', 'liuyizhou')).state).toBe('as-recorded');
  });

  it('costs no call beside the pages for a tag that moved, nor for `latest` and what came back', async () => {
    const tags = ['a-1', 'a-2', 'a-3'];
    const recorded = await push(LIU, 'costs', 'a-1', 'one');
    await addTags(LIU, 'costs', recorded, tags.slice(1));
    await push(LIU, 'costs', 'latest', 'first');
    await sweep({ project: LIU });
    for (const tag of tags) await push(LIU, 'costs', tag, `moved ${tag}`);
    await push(LIU, 'costs', 'latest', 'second');
    const moved = await callsOf(LIU, async () => {
      expect((await sweep({ project: LIU })).figures).toMatchObject({ moved: 3, vanished: 0 });
    });
    expect(moved).toHaveLength(1);
    expect(await stateOf(LIU, 'costs', 'a-2', 'liuyizhou')).toMatchObject({
      state: 'moved',
      digest: recorded,
    });
    for (const tag of tags) await push(LIU, 'costs', tag, 'one');
    expect(await callsOf(LIU, async () => sweep({ project: LIU }))).toHaveLength(1);
    for (const tag of tags) {
      expect((await stateOf(LIU, 'costs', tag, 'liuyizhou')).state).toBe('as-recorded');
    }
  });

  it('costs one call beside the pages for a tag that is gone, whether or not its artifact is', async () => {
    const repository = 'going';
    const artifacts = `/projects/${LIU}/repositories/${repository}/artifacts`;
    const kept = await push(LIU, repository, 'kept', 'kept');
    await addTags(LIU, repository, kept, ['kept-2']);
    await push(LIU, repository, 'untagged', 'untagged');
    await push(LIU, repository, 'deleted', 'deleted');
    const two = { platforms: ['amd64', 'arm64'].map((architecture) => ({ os: 'linux', architecture })) };
    const index = await push(LIU, repository, 'index', 'index', two);
    const deleted = await push(LIU, repository, 'index-deleted', 'index deleted', two);
    const child = (await inHarbor('GET', `${artifacts}/${index}`)).body as {
      references: { child_digest: string }[];
    };
    await addTags(LIU, repository, child.references[0]?.child_digest ?? '', ['child']);
    await sweep({ project: LIU });
    for (const tag of ['kept-2', 'untagged', 'child']) await deleteTag(LIU, repository, tag);
    for (const digest of ['deleted', deleted]) {
      expect((await inHarbor('DELETE', `${artifacts}/${digest}`)).status).toBe(200);
    }
    const calls = await callsOf(LIU, async () => {
      expect((await sweep({ project: LIU })).figures).toMatchObject({ moved: 0, vanished: 5 });
    });
    expect(calls).toHaveLength(1 + 5);
    const records = sandbox.app.get(TagRecordsService);
    const tags = ['kept-2', 'untagged', 'child', 'deleted', 'index-deleted'];
    const found = await records.findInRepository(LIU, repository, tags);
    const recordedGone = tags.map((tag) => found.get(tag)).map((one) => [one?.state, one?.recordedGone]);
    expect(recordedGone).toEqual([
      ['gone', false],
      ['gone', false],
      ['gone', false],
      ['gone', true],
      ['gone', true],
    ]);
  });

  it('takes no page for newer than what somebody else saw and recorded after it', async () => {
    const harbor = sandbox.app.get(HarborClient);
    const records = sandbox.app.get(TagRecordsService);
    const list = harbor.listProjectArtifacts.bind(harbor);
    const name = { project: LIU, repository: 'older', tag: 'v1' };
    const first = await push(LIU, 'older', 'v1', 'first');
    await sweep({ project: LIU });
    await push(LIU, 'older', 'v1', 'second');
    let third = '';
    const listing = jest.spyOn(harbor, 'listProjectArtifacts').mockImplementation(async (after) => {
      const page = await list(after);
      third = await push(LIU, 'older', 'v1', 'third');
      await records.check(name);
      return page;
    });
    await sweep({ project: LIU });
    listing.mockRestore();
    expect(await records.find(name)).toMatchObject({ recordedDigest: first, currentDigest: third });
  });

  it('looks at what was imported from a project that is not kept, and at nothing else there', async () => {
    await inHarbor('POST', '/projects', { project_name: 'base', metadata: { public: 'true' } });
    const digest = await push('base', 'cuda', '12', 'cuda');
    await push('base', 'cuda', 'other', 'never asked for');
    expect((await stateOf('base', 'cuda', '12', 'liuyizhou')).digest).toBe(digest);
    await push('base', 'cuda', '12', 'moved');
    const calls = await callsOf('base', async () => sweep({ project: 'base' }));
    expect(calls.filter((call) => call.includes('/artifacts/12'))).not.toHaveLength(0);
    expect(await stateOf('base', 'cuda', '12', 'liuyizhou')).toMatchObject({ state: 'moved', digest });
    expect((await progress()).figures.firstSeen).toBe(0);
  });

  it('takes nothing for gone that Harbor does not answer for, and goes on from where it was', async () => {
    await push(LIU, 'demo', 'steady', 'steady');
    await sweep({ project: LIU });
    for (const status of [401, 403, 500, 503]) {
      sandbox.harbor.faults.add({ kind: 'status', status, path: /\/artifacts/ });
      await grace.post('/admin/sweeps', { project: LIU });
      while ((await progress()).stopped === 0) await sleep(20);
      sandbox.harbor.faults.clear();
      expect((await stateOf(LIU, 'demo', 'steady', 'liuyizhou')).state).toBe('as-recorded');
    }
    const { stopped, figures } = await sweep({ project: LIU });
    expect({ stopped, vanished: figures.vanished }).toEqual({ stopped: 0, vanished: 0 });
  });

  it('records nothing of a list that is suddenly empty, for that is an alarm, until an admin says that it is right', async () => {
    const many = Array.from({ length: 30 }, (_, number) => `many-${number}`);
    const digest = await push('user-ada', 'many', 'many', 'many');
    await liftRule('user-ada');
    await addTags('user-ada', 'many', digest, many);
    await sweep({ project: 'user-ada' });
    for (const tag of many) await deleteTag('user-ada', 'many', tag);
    const { alarms } = await sweep({ project: 'user-ada' });
    expect(alarms).toMatchObject([
      { project: 'user-ada', reach: 'project', vanished: 20, moved: 0, tags: 31 },
    ]);
    expect((await stateOf('user-ada', 'many', 'many-7', 'ada')).state).toBe('as-recorded');
    const told = expect.stringMatching(/^20 tags are gone and 0 moved/) as string;
    expect(await problemsOf('user-ada')).toEqual([told, told]);
    const settled = await sweep({ project: 'user-ada', force: true });
    expect(settled.alarms).toEqual([]);
    expect(await problemsOf('user-ada')).toEqual([]);
    expect((await stateOf('user-ada', 'many', 'many-7', 'ada')).state).toBe('gone');
    const audit = await grace.get('/admin/audit?action=sweep.forced');
    expect(audit.body.items).toMatchObject([{ target: 'user-ada' }]);
  });

  it('ends an alarm by itself when a later sweep finds everything where it was', async () => {
    const many = Array.from({ length: 30 }, (_, number) => `back-${number}`);
    const digest = await push('user-ada', 'back', 'back', 'back');
    await addTags('user-ada', 'back', digest, many);
    await sweep({ project: 'user-ada' });
    for (const tag of many) await deleteTag('user-ada', 'back', tag);
    expect((await sweep({ project: 'user-ada' })).alarms).toHaveLength(1);
    await addTags('user-ada', 'back', digest, many);
    expect((await sweep({ project: 'user-ada' })).alarms).toEqual([]);
  });

  it('records nothing of a project that is deleted, and says so', async () => {
    await inHarbor('POST', '/projects', { project_name: 'passing', metadata: { public: 'true' } });
    await push('passing', 'app', 'v1', 'passing');
    await stateOf('passing', 'app', 'v1', 'liuyizhou');
    await inHarbor('DELETE', '/projects/passing/repositories/app');
    await inHarbor('DELETE', '/projects/passing');
    const { stopped, figures } = await sweep({ project: 'passing' });
    expect({ stopped, vanished: figures.vanished }).toEqual({ stopped: 1, vanished: 0 });
  });

  it('is asked for by admins, for projects that there are', async () => {
    expect((await grace.post('/admin/sweeps', { project: 'nobody-knows' })).body.code).toBe(
      'project.not-found',
    );
    expect((await liu.post('/admin/sweeps', {})).status).toBe(403);
  });
});
