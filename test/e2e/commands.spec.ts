import type { Sandbox } from '../../sandbox/sandbox';
import { callHarbor, Client, startTestSandbox, untilHarborAnswers } from './journey';

interface Step {
  code: string;
  title: string;
  note: string;
  file: string | null;
  lines: string[];
}

describe('GET /projects/{project}/commands', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  const commands = async (person: Client, project: string, client: string, headers = {}) =>
    person.get(`/projects/${project}/commands?client=${client}`, headers);
  const stepsOf = (body: Record<string, unknown>) => body.steps as Step[];

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    liu = await Client.login(sandbox, 'liuyizhou');
    ada = await Client.login(sandbox, 'ada');
  });
  afterAll(async () => {
    await sandbox.forget();
  });
  afterEach(async () => {
    await sandbox.harbor.faults.up();
    await untilHarborAnswers(sandbox);
  });

  it('tells with first credentials that pipelines have robots, and after a reset what the old password does', async () => {
    const first = await liu.post('/account/credentials', {});
    expect(first.status).toBe(201);
    expect(first.body.notes).toMatchObject([{ code: 'account.note.use-robots' }]);
    const reset = await liu.post('/account/credentials', { reset: true });
    expect(reset.body.notes).toMatchObject([
      { code: 'account.note.old-password' },
      {
        code: 'account.note.use-robots',
        detail: expect.stringContaining('/projects/user-liuyizhou/robots') as string,
      },
    ]);
    await ada.post('/account/credentials', {});
  });

  it('are the lines that the credentials came with, without the password', async () => {
    const { body: issued } = await liu.post('/account/credentials', { reset: true });
    const { status, body } = await commands(liu, 'user-liuyizhou', 'docker');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      address: sandbox.harbor.address,
      project: 'user-liuyizhou',
      client: 'docker',
    });
    const lines = stepsOf(body).flatMap((step) => step.lines);
    expect(lines).toEqual(expect.arrayContaining(Object.values(issued.commands as object)));
    for (const client of ['docker', 'podman', 'helm', 'cosign', 'kubectl', 'gitlab', 'github']) {
      const { body: told } = await commands(liu, 'user-liuyizhou', client);
      expect(stepsOf(told).length).toBeGreaterThan(1);
      expect(JSON.stringify(told)).not.toContain(String(issued.password));
    }
  });

  it('have titles in the language of the person', async () => {
    const { body } = await commands(liu, 'user-liuyizhou', 'gitlab', { 'accept-language': 'zh' });
    for (const { title, note } of stepsOf(body)) {
      expect(title).toMatch(/\p{Script=Han}/u);
      expect(note).toMatch(/\p{Script=Han}/u);
    }
  });

  it('are there for one’s own project while Harbor is away', async () => {
    await sandbox.harbor.faults.down();
    expect((await commands(liu, 'user-liuyizhou', 'docker')).status).toBe(200);
  });

  it('answers another’s private project as one that is absent', async () => {
    const private_ = await commands(liu, 'user-ada', 'docker');
    const absent = await commands(liu, 'user-eve', 'docker');
    expect(private_).toMatchObject({ status: 404, body: { code: 'project.not-found' } });
    const { requestId: _one, instance: _at, ...told } = private_.body;
    const { requestId: _two, instance: _there, ...toldToo } = absent.body;
    expect(told).toEqual(toldToo);
  });

  it('have no lines that push for a guest', async () => {
    const guest = { role_id: 3, member_user: { username: 'liuyizhou' } };
    const members = '/projects/user-ada/members';
    expect((await callHarbor(sandbox, sandbox.harborAdmin, 'POST', members, guest)).status).toBe(201);
    const { status, body } = await commands(liu, 'user-ada', 'docker');
    expect(status).toBe(200);
    expect(stepsOf(body).map(({ code }) => code)).toEqual(['commands.login', 'commands.pull']);
  });

  it('refuses a tool that it does not know, and says which there are', async () => {
    const { status, body } = await commands(liu, 'user-liuyizhou', 'rkt');
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ pointer: '?client', code: 'field.one-of' }] });
  });
});
