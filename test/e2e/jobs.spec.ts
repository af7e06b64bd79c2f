import { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { Job } from '../../src/jobs/job.entity';
import { LeasesService } from '../../src/jobs/leases.service';
import { Client, startTestSandbox, untilHarborAnswers } from './journey';

const PROJECT = 'user-liuyizhou';

describe('the images of a job', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let scheduler: Client;
  let grace: Client;
  let ada: Client;
  let liu: Client;
  let login: { username: string; password: string };
  let leases: LeasesService;
  let jobs = 0;

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    scheduler = Client.scheduler(sandbox);
    [liu, grace] = await Promise.all([Client.login(sandbox, 'liuyizhou'), Client.login(sandbox, 'grace')]);
    ada = await Client.login(sandbox, 'ada');
    const { body } = await liu.post('/account/credentials', {});
    login = { username: String(body.username), password: String(body.password) };
    leases = sandbox.app.get(LeasesService, { strict: false });
    await push('v1', 'one');
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  const push = async (tag: string, content: string) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project: PROJECT, repository: 'demo', tag },
      ...login,
      content,
    });
  const link = (rest: string) => `${sandbox.harbor.address}/${PROJECT}/demo${rest}`;
  const nextJob = () => `slurm-${(jobs += 1)}`;
  const lease = async (jobId: string, links: string[], more: object = {}, by = scheduler) =>
    by.put(`/jobs/${encodeURIComponent(jobId)}/images`, {
      for: 'liuyizhou',
      links,
      ttlSeconds: 600,
      ...more,
    });
  const digestOf = async (rest: string) =>
    String((await scheduler.lookup({ link: link(rest), for: 'liuyizhou' })).body.digest);
  const isLeased = async (digest: string) => leases.isLeased(PROJECT, 'demo', digest);
  /** As if that time had gone by without a heartbeat. */
  const runOut = async (jobId: string) =>
    sandbox.app.get(DataSource).manager.update(Job, { jobId }, { until: new Date(Date.now() - 1000) });

  describe('PUT /jobs/{jobId}/images', () => {
    it('answers what a lookup answers, and leases it until the job ends', async () => {
      const digest = await digestOf(':v1');
      expect(await isLeased(digest)).toBe(false);
      const jobId = nextJob();
      const { status, body } = await lease(jobId, [link(':v1')]);
      expect({ status, body }).toMatchObject({
        status: 200,
        body: {
          jobId,
          for: 'liuyizhou',
          images: [{ link: link(':v1'), pinned: link(`@${digest}`), digest }],
        },
      });
      const aheadMs = Date.parse(String(body.leasedUntil)) - Date.now();
      expect(aheadMs).toBeGreaterThan(500_000);
      expect(aheadMs).toBeLessThan(700_000);
      expect(await isLeased(digest)).toBe(true);
      expect(await leases.isLeased(PROJECT, 'other', digest)).toBe(false);
      expect((await scheduler.delete(`/jobs/${jobId}`)).status).toBe(204);
      expect(await isLeased(digest)).toBe(false);
      expect((await scheduler.delete(`/jobs/${jobId}`)).status).toBe(204);
    });

    it('answers in the order asked for, each as often as it was asked for', async () => {
      const v1 = await digestOf(':v1');
      const second = await push('v2', 'two');
      const links = [link(':v2'), link(':v1'), link(':v2'), link(`@${v1}`)];
      const { body } = await lease(nextJob(), links);
      const { images } = body as { images: { link: string; digest: string }[] };
      expect(images.map((image) => [image.link, image.digest])).toEqual([
        [link(':v2'), second],
        [link(':v1'), v1],
        [link(':v2'), second],
        [link(`@${v1}`), v1],
      ]);
    });

    it('keeps the digest of latest for all the job’s life, wherever latest goes', async () => {
      const first = await push('latest', 'first');
      const jobId = nextJob();
      expect((await lease(jobId, [link('')])).body.images).toMatchObject([{ digest: first }]);
      const moved = await push('latest', 'second');
      expect((await lease(jobId, [link(':latest')])).body.images).toMatchObject([{ digest: first }]);
      expect((await lease(nextJob(), [link('')])).body.images).toMatchObject([{ digest: moved }]);
      expect([await isLeased(first), await isLeased(moved)]).toEqual([true, true]);
    });

    it('is a heartbeat that needs no Harbor', async () => {
      const jobId = nextJob();
      const before = await lease(jobId, [link(':latest')], { ttlSeconds: 60 });
      await sandbox.harbor.faults.down();
      const after = await lease(jobId, [link(':latest')]);
      await sandbox.harbor.faults.up();
      await untilHarborAnswers(sandbox);
      expect(after.body.images).toEqual(before.body.images);
      const later = Date.parse(String(after.body.leasedUntil)) - Date.parse(String(before.body.leasedUntil));
      expect(later).toBeGreaterThan(500_000);
    });

    it('answers 409 to the same job with other links or for another person, until it ended', async () => {
      const jobId = nextJob();
      await lease(jobId, [link(':v1')]);
      const refused = { status: 409, body: { code: 'job.other-question' } };
      expect(await lease(jobId, [link(':v2')])).toMatchObject(refused);
      expect(await lease(jobId, [link(':v1'), link(':v2')])).toMatchObject(refused);
      expect(await lease(jobId, [link(':v1')], { for: 'ada' })).toMatchObject(refused);
      await scheduler.delete(`/jobs/${jobId}`);
      expect((await lease(jobId, [link(':v2')])).status).toBe(200);
    });

    it('knows the person however the scheduler writes the name', async () => {
      const jobId = nextJob();
      const { status, body } = await lease(jobId, [link(':v1')], { for: 'LiuYizhou' });
      expect({ status, for: body.for }).toEqual({ status: 200, for: 'liuyizhou' });
      expect((await lease(jobId, [link(':v1')])).status).toBe(200);
      const { items } = (await liu.get('/account/activity')).body as { items: { target: string }[] };
      expect(items.some(({ target }) => target.startsWith(`${jobId} `))).toBe(true);
    });

    it('knows a job by the scheduler’s token too', async () => {
      const made = await grace.post('/admin/service-tokens', { kind: 'scheduler', name: 'second' });
      const second = new Client(sandbox.url, String(made.body.token));
      const jobId = nextJob();
      await lease(jobId, [link(':v1')]);
      expect((await lease(jobId, [link(':v2')], {}, second)).status).toBe(200);
      const digest = await digestOf(':v2');
      await scheduler.delete(`/jobs/${jobId}`);
      expect(await leases.jobsOf(PROJECT, 'demo', digest, 1)).toMatchObject([
        { jobId, scheduler: 'second', endedAt: null },
      ]);
    });

    it('makes one job of many calls at once', async () => {
      const jobId = nextJob();
      const answers = await Promise.all(Array.from({ length: 12 }, async () => lease(jobId, [link(':v1')])));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      const { images } = answers[0]?.body ?? {};
      for (const { body } of answers) expect(body.images).toEqual(images);
      const rows = await sandbox.app.get(DataSource).manager.countBy(Job, { jobId });
      expect(rows).toBe(1);
    });

    it('refuses what a lookup refuses, pointing to the link, and leases nothing', async () => {
      const jobId = nextJob();
      const digest = await push('v9', 'nine');
      const refused = await lease(jobId, [link(':v9'), link(':absent')]);
      expect(refused).toMatchObject({
        status: 404,
        body: { code: 'image.not-found', errors: [{ pointer: '/links/1' }] },
      });
      expect(await lease(jobId, [link(':v9')], { for: 'ada' })).toMatchObject({ status: 404 });
      expect(await isLeased(digest)).toBe(false);
    });

    it('names what is wrong with the question', async () => {
      expect(await lease(nextJob(), [])).toMatchObject({
        status: 422,
        body: { errors: [{ code: 'job.links' }] },
      });
      const scheme = await lease(nextJob(), [link(':v1'), `https://${link(':v1')}`]);
      expect(scheme).toMatchObject({ status: 422, body: { errors: [{ pointer: '/links/1' }] } });
      const short = await lease(nextJob(), [link(':v1')], { ttlSeconds: 5 });
      expect(short).toMatchObject({ status: 422, body: { errors: [{ pointer: '/ttlSeconds' }] } });
      const unknown = await lease(nextJob(), [link(':v1')], { ttl: 5 });
      expect(unknown).toMatchObject({ status: 400, body: { code: 'request.unknown-field' } });
      expect((await lease('a b', [link(':v1')])).status).toBe(404);
      expect((await lease('team/train:1[2]', [link(':v1')])).status).toBe(200);
    });
  });

  describe('a lease that ran out', () => {
    it('leases nothing any more, and the same call begins a new one', async () => {
      const digest = await push('v3', 'three');
      const jobId = nextJob();
      await lease(jobId, [link(':v3')]);
      await runOut(jobId);
      expect(await isLeased(digest)).toBe(false);
      expect((await lease(jobId, [link(':v3')])).status).toBe(200);
      expect(await isLeased(digest)).toBe(true);
      const [now, before] = await leases.jobsOf(PROJECT, 'demo', digest);
      expect([now?.endedAt, before?.endedAt]).toEqual([null, expect.any(Date)]);
    });

    it('binds the job’s id to nothing', async () => {
      const jobId = nextJob();
      await lease(jobId, [link(':v1')]);
      await runOut(jobId);
      expect((await lease(jobId, [link(':v2')])).status).toBe(200);
    });
  });

  describe('a digest that is being taken away', () => {
    it('stays while a job leases it', async () => {
      const digest = await push('v4', 'four');
      const jobId = nextJob();
      await lease(jobId, [link(':v4')]);
      const work = jest.fn(async () => Promise.resolve('gone'));
      const tried = leases.unlessLeased(PROJECT, 'demo', [digest], work);
      await expect(tried).rejects.toMatchObject({ kind: 'conflict', code: 'tag.leased', params: { jobId } });
      expect(work).not.toHaveBeenCalled();
      await scheduler.delete(`/jobs/${jobId}`);
      expect(await leases.unlessLeased(PROJECT, 'demo', [digest], work)).toBe('gone');
    });

    it('is leased to no job meanwhile, and can be again when it stayed', async () => {
      const digest = await push('v5', 'five');
      const jobId = nextJob();
      const during = await leases.unlessLeased(PROJECT, 'demo', [digest], async () =>
        lease(jobId, [link(':v5')]),
      );
      expect(during).toMatchObject({ status: 409, body: { code: 'job.image-being-removed' } });
      expect(await isLeased(digest)).toBe(false);
      expect((await lease(jobId, [link(':v5')])).status).toBe(200);
    });
  });

  it('tells which jobs ran a digest', async () => {
    const digest = await push('v6', 'six');
    const [first, second] = [nextJob(), nextJob()];
    await lease(first, [link(':v6')]);
    await scheduler.delete(`/jobs/${first}`);
    await lease(second, [link(`@${digest}`)]);
    expect(await leases.jobsOf(PROJECT, 'demo', digest)).toMatchObject([
      {
        jobId: second,
        scheduler: 'sandbox',
        forUsername: 'liuyizhou',
        name: `${PROJECT}/demo@${digest}`,
        endedAt: null,
      },
      { jobId: first, name: `${PROJECT}/demo:v6`, endedAt: expect.any(Date) as Date },
    ]);
  });

  it('tells of the jobs of others those who maintain the project, and not whoever imported the image', async () => {
    await push('v8', 'eight');
    expect((await liu.put(`/projects/${PROJECT}/members/ada`, { role: 'guest' })).status).toBe(200);
    const jobIds: string[] = [nextJob(), nextJob()];
    expect((await lease(String(jobIds[0]), [link(':v8')])).status).toBe(200);
    expect((await lease(String(jobIds[1]), [link(':v8')], { for: 'ada' })).body).toMatchObject({
      for: 'ada',
    });
    const seenBy = async (person: Client) => {
      const wanted = { link: link(':v8'), description: 'Eight', taskType: 'custom' };
      const { body: image } = await person.post('/images', wanted);
      const { body } = await person.get(`/images/${String(image.id)}/history`);
      const [{ jobs: seen }] = body.items as [{ jobs: { jobId: string }[] }];
      return seen.map(({ jobId }) => jobId).sort();
    };
    expect(await seenBy(liu)).toEqual([...jobIds].sort());
    expect(await seenBy(ada)).toEqual([jobIds[1]]);
  });

  it('tells when a job last ran an image', async () => {
    await push('v7', 'seven');
    const wanted = { link: link(':v7'), description: 'Seven', taskType: 'custom' };
    const { body: image } = await liu.post('/images', wanted);
    const lastUsedAt = async () => (await liu.get(`/images/${String(image.id)}`)).body.lastUsedAt;
    expect(await lastUsedAt()).toBeNull();
    const before = Date.now();
    await lease(nextJob(), [link(':v7')]);
    expect(Date.parse(String(await lastUsedAt()))).toBeGreaterThanOrEqual(before);
    const { items } = (await liu.get('/images?scope=mine&sort=lastUsed')).body as { items: { id: string }[] };
    expect(items[0]?.id).toBe(image.id);
  });

  it('leaves one audit row for the beginning and one for the end', async () => {
    const jobId = nextJob();
    await lease(jobId, [link(':v1')]);
    await lease(jobId, [link(':v1')]);
    await scheduler.delete(`/jobs/${jobId}`);
    await scheduler.delete(`/jobs/${jobId}`);
    const { items } = (await grace.get('/admin/audit?limit=200')).body as {
      items: { action: string; target: string; actor: unknown }[];
    };
    const own = items.filter(({ target }) => target.split(' ')[0] === jobId);
    expect(own.map(({ action }) => action).sort()).toEqual(['job.ended', 'job.images-leased']);
  });
});
