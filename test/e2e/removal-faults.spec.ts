import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { ProjectsService } from '../../src/projects/projects.service';
import { RuleExemption } from '../../src/projects/immutable-rules/rule-exemption';
import { faultCases, writesOf } from './fault-matrix';
import { holdTasks } from './hold-tasks';
import { callHarbor, Client, startTestSandbox } from './journey';
import { DEADLINE, whileStruck } from './struck';

const PROJECT = 'user-liuyizhou';
const TAG = `/projects/${PROJECT}/repositories/app/tags/v1`;
const RULES = '/projects/{project}/immutabletagrules';
const ARTIFACT = '/projects/{project}/repositories/app/artifacts/{digest}';

/** All of them, for the last tag of an image. */
const WRITES = [
  `POST ${RULES}`,
  `PUT ${RULES}/{id}`,
  `DELETE ${ARTIFACT}/tags/v1`,
  `DELETE ${ARTIFACT}`,
  `PUT ${RULES}/{id} (2)`,
  `DELETE ${RULES}/{id}`,
];

interface Rule {
  id: number;
  tag_selectors: unknown;
  scope_selectors: unknown;
}

/** Every write of an exemption and of what it is for, failing in every way: the rule is back, and no other tag was open. */
describe('deleting a protected tag while Harbor fails at one write', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let grace: Client;
  let rulesBefore: Rule[];
  let pushes = 0;

  const rules = async () =>
    (await callHarbor(sandbox, sandbox.harborAdmin, 'GET', `/projects/${PROJECT}/immutabletagrules`))
      .body as Rule[];
  const push = async (tag: string) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      ...sandbox.harborAdmin,
      link: { project: PROJECT, repository: 'app', tag },
      content: `${tag} ${(pushes += 1)}`,
    });
  const keepsOthers = async () => {
    const path = `/projects/${PROJECT}/repositories/app/artifacts/keep/tags/keep`;
    return (await callHarbor(sandbox, sandbox.harborAdmin, 'DELETE', path)).status === 412;
  };
  const isThere = async (tag: string) => {
    const path = `/projects/${PROJECT}/repositories/app/artifacts/${tag}`;
    return (await callHarbor(sandbox, sandbox.harborAdmin, 'GET', path)).status === 200;
  };

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: DEADLINE });
    liu = await Client.login(sandbox, 'liuyizhou');
    grace = await Client.login(sandbox, 'grace');
    // Of a slow machine the first calls may take longer than this deadline.
    while ((await liu.get('/account')).body.state !== 'ready') await liu.post('/account/credentials', {});
    await push('keep');
    rulesBefore = await rules();
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('has cases for every write', async () => {
    await push('v1');
    const before = sandbox.harbor.calls.length;
    expect((await liu.delete(TAG)).body.deleted).toBe(true);
    expect(writesOf(sandbox.harbor.calls.slice(before))).toEqual(WRITES);
  });

  it.each(faultCases(WRITES))(
    '$write $fault: ends without the tag, and with the rule',
    async ({ strike }) => {
      await push('v1');
      const struck = { harbor: sandbox.harbor, apps: [sandbox.app] };
      const answers = [await whileStruck(struck, strike, () => liu.delete(TAG))];
      expect(await keepsOthers()).toBe(true);
      while ((await isThere('v1')) || JSON.stringify(await rules()) !== JSON.stringify(rulesBefore)) {
        expect(answers.length).toBeLessThan(4);
        if (!(await isThere('v1'))) await push('v1');
        answers.push(await liu.delete(TAG));
        expect(await keepsOthers()).toBe(true);
      }
      for (const { status } of answers) expect([200, 502, 503, 504]).toContain(status);
      expect(await rules()).toEqual(rulesBefore);
    },
  );

  it('is put right by the background work where nobody comes back', async () => {
    const letGo = await holdTasks(sandbox.app.get(DataSource), 'rule-exemptions');
    await push('v1');
    sandbox.harbor.faults.add({
      kind: 'status',
      method: 'PUT',
      path: /immutabletagrules/,
      after: 1,
      times: 1,
    });
    expect((await liu.delete(TAG)).body.deleted).toBe(true);
    sandbox.harbor.faults.clear();
    expect(await rules()).not.toEqual(rulesBefore);
    const project = (await liu.get(`/projects/${PROJECT}`)).body;
    expect(project.tagRule).toMatchObject({ state: 'on' });
    await letGo();
    while (JSON.stringify(await rules()) !== JSON.stringify(rulesBefore)) await sleep(50);
  });

  it('is put right, and drops no work of others, when the process that began it hangs or is gone', async () => {
    await push('v1');
    const project = await sandbox.app.get(ProjectsService).findByName(PROJECT);
    const exemption = sandbox.app.get(RuleExemption);
    let wake: () => void = () => undefined;
    const frozen = new Promise<void>((resolve) => (wake = resolve));
    const late: unknown[] = [];
    const work = exemption.run(project?.id ?? '', { repository: 'app', tag: 'v1' }, async (lease) => {
      await frozen;
      await lease.renew().catch((error: unknown) => late.push(error));
    });
    while (JSON.stringify(await rules()) === JSON.stringify(rulesBefore)) await sleep(20);
    expect(await keepsOthers()).toBe(true);
    while (JSON.stringify(await rules()) !== JSON.stringify(rulesBefore)) await sleep(50);
    wake();
    await work;
    expect(late).toMatchObject([{ code: 'project.busy' }]);
    expect(await rules()).toEqual(rulesBefore);
    const { items } = (await grace.get('/admin/audit?action=project.rule-put-back')).body as {
      items: unknown[];
    };
    expect(items.length).toBeGreaterThan(0);
  });
});
