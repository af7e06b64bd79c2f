import { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { faultCases, writesOf } from './fault-matrix';
import { holdTasks } from './hold-tasks';
import { callHarbor, Client, startTestSandbox, type Answer } from './journey';
import { DEADLINE, whileStruck } from './struck';

const PROJECT = 'user-liuyizhou';
const RULES = '/projects/{project}/immutabletagrules';
const PUT = `PUT /v2/${PROJECT}/app/manifests/v1`;
const HOLD = 'POST /projects/{project}/repositories/rolled/artifacts/{digest}/tags';
const PUT_LATEST = `PUT /v2/${PROJECT}/rolled/manifests/latest`;
const IMAGE = { description: 'An image', taskType: 'pytorch' };

/** Every write of putting a tag back, failing in every way; those of the exemption are in removal-faults. */
describe('putting a tag back while Harbor fails at one write', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let rulesBefore: { id: number }[];
  let recorded: string;
  let rolled: string[];
  let image: string;
  let latest: string;
  let pushes = 0;

  const asAdmin = async (method: string, path: string, body?: unknown) =>
    callHarbor(sandbox, sandbox.harborAdmin, method, `/projects/${PROJECT}${path}`, body);
  const rules = async () => (await asAdmin('GET', '/immutabletagrules')).body;
  const setDisabled = async (disabled: boolean) => {
    const [rule] = rulesBefore;
    await asAdmin('PUT', `/immutabletagrules/${rule?.id}`, { ...rule, disabled });
  };
  const push = async (repository: string, tag: string) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      ...sandbox.harborAdmin,
      link: { project: PROJECT, repository, tag },
      content: `${repository}:${tag} ${(pushes += 1)}`,
    });
  const importImage = async (repository: string, tag: string) => {
    const link = `${sandbox.harbor.address}/${PROJECT}/${repository}:${tag}`;
    return String((await liu.post('/images', { link, ...IMAGE })).body.id);
  };
  const digestOf = async (repository: string, tag: string) => {
    const { body } = await asAdmin('GET', `/repositories/${repository}/artifacts/${tag}`);
    return (body as { digest?: string }).digest;
  };
  const isThere = async (digest: string) =>
    (await asAdmin('GET', `/repositories/rolled/artifacts/${digest}`)).status === 200;
  const openViolation = async () =>
    ((await liu.get('/violations?state=open')).body.items as { id: string }[])[0]?.id;
  /** @returns the violation's id */
  const move = async () => {
    await setDisabled(true);
    await push('app', 'v1');
    await setDisabled(false);
    await liu.post(`/images/${image}/check`);
    return openViolation();
  };

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { ...DEADLINE, DRIFT_REPAIR: 'none' } });
    // It writes of its own, and would be struck.
    await holdTasks(sandbox.app.get(DataSource), 'holds');
    liu = await Client.login(sandbox, 'liuyizhou');
    // Of a slow machine the first calls may take longer than this deadline.
    while ((await liu.get('/account')).body.state !== 'ready') await liu.post('/account/credentials', {});
    rulesBefore = (await rules()) as { id: number }[];
    recorded = await push('app', 'v1');
    image = await importImage('app', 'v1');
    rolled = [await push('rolled', 'latest')];
    latest = await importImage('rolled', 'latest');
    rolled.push(await push('rolled', 'latest'));
    await liu.post(`/images/${latest}/check`);
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('has cases for every write', async () => {
    const id = await move();
    const before = sandbox.harbor.calls.length;
    await liu.post(`/violations/${id}/restore`);
    expect(writesOf(sandbox.harbor.calls.slice(before))).toEqual([
      `POST ${RULES}`,
      `PUT ${RULES}/{id}`,
      PUT,
      `PUT ${RULES}/{id} (2)`,
      `DELETE ${RULES}/{id}`,
    ]);
  });

  it.each(faultCases([PUT]))('$write $fault: the tag is back, and the rule', async ({ strike }) => {
    const id = await move();
    const struck = { harbor: sandbox.harbor, apps: [sandbox.app] };
    const answers = [await whileStruck(struck, strike, () => liu.post(`/violations/${id}/restore`))];
    expect(await rules()).toEqual(rulesBefore);
    while (answers.at(-1)?.status !== 200) {
      expect(answers.length).toBeLessThan(4);
      answers.push(await liu.post(`/violations/${id}/restore`));
    }
    for (const { status } of answers) expect([200, 502, 503, 504]).toContain(status);
    expect(answers.at(-1)?.body.state).toBe('restored');
    expect(await digestOf('app', 'v1')).toBe(recorded);
    expect(await rules()).toEqual(rulesBefore);
  });

  it('holds what a job runs before latest leaves it', async () => {
    const before = sandbox.harbor.calls.length;
    await leaseAndRollBack();
    expect(writesOf(sandbox.harbor.calls.slice(before))).toEqual([HOLD, PUT_LATEST]);
  });

  it.each(faultCases([HOLD, PUT_LATEST]))(
    '$write $fault: latest is back, and what the job runs is there',
    async ({ strike }) => {
      // A new digest each time, so that it is not held already.
      rolled = [rolled[0] ?? '', await push('rolled', 'latest')];
      await liu.post(`/images/${latest}/check`);
      await leaseAndRollBack((work) =>
        whileStruck({ harbor: sandbox.harbor, apps: [sandbox.app] }, strike, work),
      );
    },
  );

  async function leaseAndRollBack(
    doing: (work: () => Promise<Answer>) => Promise<Answer> = (work) => work(),
  ): Promise<void> {
    const [to = '', from = ''] = rolled;
    const links = [`${sandbox.harbor.address}/${PROJECT}/rolled:latest`];
    const job = `/jobs/job-${(pushes += 1)}/images`;
    const lease = await Client.scheduler(sandbox).put(job, { for: 'liuyizhou', links, ttlSeconds: 3600 });
    expect(lease.status).toBe(200);
    const answers = [await doing(() => liu.post(`/images/${latest}/rollback`, { digest: to }))];
    while (answers.at(-1)?.status !== 200) {
      expect(answers.length).toBeLessThan(4);
      answers.push(await liu.post(`/images/${latest}/rollback`, { digest: to }));
    }
    for (const { status } of answers) expect([200, 502, 503, 504]).toContain(status);
    expect(await digestOf('rolled', 'latest')).toBe(to);
    const { body } = await asAdmin('GET', `/repositories/rolled/artifacts/${from}/tags`);
    expect((body as { name: string }[]).map(({ name }) => name)).toEqual([
      expect.stringMatching(/^berth-hold-/),
    ]);
    expect(await isThere(from)).toBe(true);
    expect(await rules()).toEqual(rulesBefore);
  }
});
