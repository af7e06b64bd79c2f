import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pushTinyImage, type Platform } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { skopeo as skopeoBinary } from '../servers/skopeo';
import { callHarbor, Client, startTestSandbox, untilHarborAnswers } from './journey';
import { writeOciLayout } from './oci-layout';
import { Skopeo } from './skopeo';

interface Finding {
  code: string;
  severity: string;
  detail: string;
  remedy: string;
}

interface Question {
  action: 'login' | 'push' | 'pull';
  link?: string;
  message?: string;
}

interface Login {
  username: string;
  password: string;
}

const QUOTA = /\/quotas/;

describe('POST /account/diagnose', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let liuLogin: Login;
  const link = (rest: string) => `${sandbox.harbor.address}/${rest}`;
  const push = async (tag: string, project = 'user-liuyizhou', platforms?: Platform[]) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project, repository: 'nvidia-pytorch', tag },
      ...(project === 'user-liuyizhou' ? liuLogin : sandbox.harborAdmin),
      content: tag,
      ...(platforms === undefined ? {} : { platforms }),
    });

  async function credentialsOf(client: Client): Promise<Login> {
    const { body } = await client.post('/account/credentials', { reset: true });
    return { username: String(body.username), password: String(body.password) };
  }

  async function diagnose(client: Client, question: Question): Promise<{ ok: boolean; findings: Finding[] }> {
    const { status, body } = await client.post('/account/diagnose', question);
    expect(status).toBe(200);
    const diagnosis = body as unknown as { ok: boolean; findings: Finding[] };
    expect(diagnosis.ok).toBe(!diagnosis.findings.some(({ severity }) => severity === 'problem'));
    for (const { detail, remedy } of diagnosis.findings)
      expect(`${detail}${remedy}`).not.toMatch(/…|undefined|NaN/);
    return diagnosis;
  }

  /** `severity code` of each, in the order they were told. */
  async function told(client: Client, question: Question): Promise<string[]> {
    const { findings } = await diagnose(client, question);
    return findings.map(({ severity, code }) => `${severity} ${code}`);
  }

  async function setReadOnly(readOnly: boolean): Promise<void> {
    const { status } = await callHarbor(sandbox, sandbox.harborAdmin, 'PUT', '/configurations', {
      read_only: readOnly,
    });
    expect(status).toBe(200);
  }

  async function setQuota(project: string, storage: number): Promise<void> {
    const { body: found } = await callHarbor(sandbox, sandbox.harborAdmin, 'GET', `/projects/${project}`);
    const id = (found as { project_id: number }).project_id;
    const query = `reference=project&reference_id=${id}`;
    const { body } = await callHarbor(sandbox, sandbox.harborAdmin, 'GET', `/quotas?${query}`);
    const [quota] = body as { id: number }[];
    const set = { hard: { storage } };
    const { status } = await callHarbor(sandbox, sandbox.harborAdmin, 'PUT', `/quotas/${quota?.id}`, set);
    expect(status).toBe(200);
  }

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    liu = await Client.login(sandbox, 'liuyizhou');
    ada = await Client.login(sandbox, 'ada');
    liuLogin = await credentialsOf(liu);
    await push('24.12-v1.2.2');
    await push('latest');
    const library = { project_name: 'base-images', metadata: { public: 'true' } };
    await callHarbor(sandbox, sandbox.harborAdmin, 'POST', '/projects', library);
    await push('12.4', 'base-images', [{ os: 'linux', architecture: 'amd64' }]);
  });
  afterAll(async () => {
    await sandbox.forget();
  });
  afterEach(async () => {
    sandbox.harbor.faults.clear();
    await sandbox.harbor.faults.up();
    await untilHarborAnswers(sandbox);
  });

  it('says who has no account yet, and that pulling what is public needs none', async () => {
    expect(await told(ada, { action: 'login' })).toEqual(['problem diagnose.no-account']);
    const question = { action: 'pull', link: link('base-images/nvidia-pytorch:12.4') } as const;
    expect(await told(ada, question)).toEqual(['hint diagnose.no-account', 'hint diagnose.public-project']);
    expect((await diagnose(ada, question)).ok).toBe(true);
  });

  it('finds nothing where all is right', async () => {
    const right = link('user-liuyizhou/nvidia-pytorch:24.12-v1.2.2');
    expect(await diagnose(liu, { action: 'pull', link: right })).toEqual({ ok: true, findings: [] });
    const fresh = link('user-liuyizhou/nvidia-pytorch:24.12-v1.2.3');
    expect(await diagnose(liu, { action: 'push', link: fresh })).toEqual({ ok: true, findings: [] });
    const latest = link('user-liuyizhou/nvidia-pytorch:latest');
    expect(await diagnose(liu, { action: 'push', link: latest })).toEqual({ ok: true, findings: [] });
    expect(await diagnose(liu, { action: 'push' })).toEqual({ ok: true, findings: [] });
  });

  it('tells the time of the password that works, and the lock that a wrong one causes', async () => {
    const { ok, findings } = await diagnose(liu, {
      action: 'login',
      link: `https://${sandbox.harbor.address}`,
    });
    expect(ok).toBe(true);
    expect(findings.map(({ code }) => code)).toEqual([
      'diagnose.address-scheme',
      'diagnose.password-issued',
      'diagnose.password-lock',
    ]);
    const { body } = await liu.get('/account');
    const { issuedAt } = body.credentials as { issuedAt: string };
    expect(findings[1]?.detail).toContain(issuedAt);
    expect(findings[1]?.remedy).toContain('as liuyizhou');
  });

  it('says that a reset stopped in the middle, or that the account is not finished', async () => {
    sandbox.harbor.faults.add({ kind: 'status', status: 500, method: 'PUT', path: /\/password$/ });
    expect((await liu.post('/account/credentials', { reset: true })).status).toBeGreaterThanOrEqual(500);
    sandbox.harbor.faults.clear();
    expect(await told(liu, { action: 'login' })).toEqual(['problem account.problem.credentials-unknown']);
    liuLogin = await credentialsOf(liu);
    expect(await told(liu, { action: 'login' })).not.toContain('problem account.problem.credentials-unknown');
  });

  it('finds each mistake of a link at once', async () => {
    expect(await told(liu, { action: 'push', link: `https://${link('user-liuyizhou/Demo:v1')}` })).toEqual([
      'problem link.scheme',
      'problem link.upper-case',
    ]);
    const port = link('user-liuyizhou/demo:v1').replace(/:\d+/, ':1');
    expect(await told(liu, { action: 'push', link: port })).toEqual(['problem diagnose.address-port']);
  });

  it('answers another’s private project as one that is absent', async () => {
    await credentialsOf(ada);
    const one = await diagnose(liu, { action: 'push', link: link('user-ada/demo:v1') });
    const other = await diagnose(liu, { action: 'push', link: link('user-eve/demo:v1') });
    expect(one.findings.map(({ code }) => code)).toEqual(['diagnose.project-absent']);
    expect(JSON.stringify(one).replaceAll('user-ada', 'user-eve')).toBe(JSON.stringify(other));
    expect(one.findings[0]?.remedy).toContain('user-liuyizhou');
    const pulled = await diagnose(liu, { action: 'pull', link: link('user-ada/demo:v1') });
    expect(pulled.findings.map(({ code }) => code)).toEqual(['diagnose.pull-project-absent']);
    expect(pulled.findings[0]?.remedy).not.toContain('Pushing');
  });

  it('tells the role, and the one that a push needs', async () => {
    const { findings } = await diagnose(liu, { action: 'push', link: link('base-images/nvidia-pytorch:13') });
    expect(findings).toMatchObject([{ severity: 'problem', code: 'project.role-too-low' }]);
    expect(findings[0]?.remedy).toContain('developer');
  });

  it('tells how full the project is, in people’s units', async () => {
    await setQuota('user-liuyizhou', 1024);
    const { findings } = await diagnose(liu, { action: 'push' });
    expect(findings).toMatchObject([{ severity: 'problem', code: 'diagnose.quota-full' }]);
    expect(findings[0]?.detail).toMatch(/full: \d+(\.\d)? KiB of 1 KiB$/);
    const { body } = await liu.get('/account');
    const { usedBytes } = body.quota as { usedBytes: number };
    await setQuota('user-liuyizhou', Math.ceil(usedBytes / 0.9));
    expect(await told(liu, { action: 'push' })).toEqual(['warning diagnose.quota-nearly-full']);
    await setQuota('user-liuyizhou', 42_949_672_960);
    expect(await told(liu, { action: 'push' })).toEqual([]);
  });

  it('says that a tag exists and may not move, or would be moved where the rule is off', async () => {
    const question = { action: 'push', link: link('user-liuyizhou/nvidia-pytorch:24.12-v1.2.2') } as const;
    expect(await told(liu, question)).toEqual(['problem diagnose.tag-exists']);
    const rules = '/projects/user-liuyizhou/immutabletagrules';
    const [rule] = (await callHarbor(sandbox, liuLogin, 'GET', rules)).body as { id: number }[];
    const switchRule = async (disabled: boolean) =>
      callHarbor(sandbox, liuLogin, 'PUT', `${rules}/${rule?.id}`, { ...rule, disabled });
    await switchRule(true);
    expect(await told(liu, question)).toEqual(['warning diagnose.tag-would-move']);
    await switchRule(false);
  });

  it('says that nothing can be pushed while the registry is read-only', async () => {
    await setReadOnly(true);
    expect(await told(liu, { action: 'push' })).toEqual(['problem harbor.read-only']);
    expect(await told(liu, { action: 'pull', link: link('user-liuyizhou/nvidia-pytorch:latest') })).toEqual(
      [],
    );
    await setReadOnly(false);
  });

  it('names the tags and repositories most like those that are not there', async () => {
    const tag = await diagnose(liu, {
      action: 'pull',
      link: link('user-liuyizhou/nvidia-pytorch:24.12-v1.2.3'),
    });
    expect(tag.findings.map(({ code }) => code)).toEqual(['diagnose.tag-absent', 'diagnose.tags-like-it']);
    expect(tag.findings[1]?.detail).toContain('24.12-v1.2.2');
    const repository = await diagnose(liu, { action: 'pull', link: link('user-liuyizhou/pytorch:latest') });
    expect(repository.findings.map(({ code }) => code)).toEqual([
      'diagnose.repository-absent',
      'diagnose.repositories-like-it',
    ]);
    expect(repository.findings[1]?.detail).toContain('nvidia-pytorch');
    const digest = link(`user-liuyizhou/nvidia-pytorch@sha256:${'0'.repeat(64)}`);
    expect(await told(liu, { action: 'pull', link: digest })).toContain('problem diagnose.digest-absent');
  });

  it('tells the platforms that there are, when the client missed its own', async () => {
    const { findings } = await diagnose(liu, {
      action: 'pull',
      link: link('base-images/nvidia-pytorch:12.4'),
      message: 'no matching manifest for linux/arm64/v8 in the manifest list entries',
    });
    expect(findings.map(({ code }) => code)).toEqual([
      'client.platform',
      'diagnose.public-project',
      'diagnose.platforms',
    ]);
    expect(findings[2]?.detail).toContain('linux/amd64');
  });

  it('says that Harbor is down, with what is found without it', async () => {
    await sandbox.harbor.faults.down();
    const question: Question = {
      action: 'push',
      link: `https://${link('user-liuyizhou/demo:v1')}`,
      message: 'dial tcp 192.0.2.7:443: connect: connection refused',
    };
    expect(await told(liu, question)).toEqual([
      'problem link.scheme',
      'problem diagnose.registry-down',
      'problem client.connection-refused',
    ]);
  });

  it('keeps what it found before Harbor failed, and takes no wrong answer for "absent"', async () => {
    await setReadOnly(true);
    const question = { action: 'push', link: link('user-liuyizhou/nvidia-pytorch:24.12-v1.2.2') } as const;
    for (const [kind, code] of [
      ['html', 'warning diagnose.not-checked'],
      ['hang', 'problem diagnose.registry-down'],
      ['drop', 'problem diagnose.registry-down'],
    ] as const) {
      sandbox.harbor.faults.add({ kind, path: /\/artifacts\// });
      expect([kind, ...(await told(liu, question))]).toEqual([kind, 'problem harbor.read-only', code]);
      sandbox.harbor.faults.clear();
    }
    await setReadOnly(false);
    sandbox.harbor.faults.add({ kind: 'status', status: 401, path: /\/projects\// });
    expect(await told(liu, question)).toEqual(['warning diagnose.not-checked']);
    sandbox.harbor.faults.clear();
    sandbox.harbor.faults.add({ kind: 'drop', path: QUOTA });
    expect(await told(liu, question)).toEqual(['problem diagnose.registry-down']);
  });

  it('refuses another action, and says which there are', async () => {
    const { status, body } = await liu.post('/account/diagnose', { action: 'build' });
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ pointer: '/action', code: 'field.one-of' }] });
    expect((await new Client(sandbox.url).post('/account/diagnose', { action: 'login' })).status).toBe(401);
  });

  it('answers in the language of the person', async () => {
    const { body } = await liu.post('/account/diagnose', { action: 'push', link: 'demo' });
    expect(JSON.stringify(body)).not.toMatch(/\p{Script=Han}/u);
    const response = await fetch(`${sandbox.url}/api/v1/account/diagnose`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await tokenOf('liuyizhou')}`,
        'content-type': 'application/json',
        'accept-language': 'zh-CN',
      },
      body: JSON.stringify({ action: 'push', link: 'demo' }),
    });
    const { findings } = (await response.json()) as { findings: Finding[] };
    for (const { detail, remedy } of findings) {
      expect(detail).toMatch(/\p{Script=Han}/u);
      expect(remedy).toMatch(/\p{Script=Han}/u);
    }
  });

  async function tokenOf(username: string): Promise<string> {
    const password = sandbox.people.find((person) => person.username === username)?.password;
    const { body } = await new Client(sandbox.url).post('/auth/login', { username, password });
    return String(body.accessToken);
  }

  it('keeps no password of a pasted message: not in the answer, nor in the database', async () => {
    const secret = 'Canary7QhT3xYvN9cRb';
    const { body } = await liu.post('/account/diagnose', {
      action: 'push',
      link: `https://liuyizhou:${secret}@${link('user-liuyizhou/demo:v1')}`,
      message: `$ docker login -u liuyizhou -p ${secret}\nAuthorization: Basic ${secret}\nunauthorized: authentication required`,
    });
    expect(JSON.stringify(body)).not.toContain(secret);
    const files = readdirSync(sandbox.dataFolder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(sandbox.dataFolder, name))
      .filter((file) => statSync(file).isFile());
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect(readFileSync(file).includes(secret)).toBe(false);
  });

  it('tells his own project’s owner that it is gone, that he is no member any more, or that it is another', async () => {
    const grace = await Client.login(sandbox, 'grace');
    await credentialsOf(grace);
    const question = { action: 'push', link: link('user-grace/demo:v1') } as const;
    const admin = async (method: string, path: string, body?: unknown) =>
      callHarbor(sandbox, sandbox.harborAdmin, method, path, body);
    await admin('DELETE', '/projects/user-grace');
    expect(await told(grace, question)).toEqual(['problem project.gone']);
    await admin('POST', '/projects', { project_name: 'user-grace', metadata: { public: 'false' } });
    expect(await told(grace, question)).toEqual(['problem project.role-too-low', 'warning project.replaced']);
    const developer = { role_id: 2, member_user: { username: 'grace' } };
    await admin('POST', '/projects/user-grace/members', developer);
    expect(await told(grace, question)).toEqual(['warning project.replaced']);
  });

  describe('what skopeo itself prints', () => {
    let skopeo: Skopeo;
    const layout = writeOciLayout('diagnose');
    const afterPush = async (to: string): Promise<{ exitCode: number; codes: string[] }> => {
      const { exitCode, output } = await skopeo.push(layout, to);
      const { findings } = await diagnose(liu, { action: 'push', link: to, message: output });
      return { exitCode, codes: findings.map(({ severity, code }) => `${severity} ${code}`) };
    };

    beforeAll(async () => {
      skopeo = new Skopeo(skopeoBinary());
      const { username, password } = liuLogin;
      expect(await skopeo.login(sandbox.harbor.address, username, password)).toMatchObject({ exitCode: 0 });
    });

    it('of a tag that may not move', async () => {
      expect(await afterPush(link('user-liuyizhou/nvidia-pytorch:24.12-v1.2.2'))).toEqual({
        exitCode: 1,
        codes: ['problem diagnose.tag-exists'],
      });
    });

    it('of a project that is absent, or another’s', async () => {
      for (const project of ['user-eve', 'user-ada']) {
        const { exitCode, codes } = await afterPush(link(`${project}/demo:v1`));
        expect(exitCode).toBe(1);
        expect(codes[0]).toBe('problem diagnose.project-absent');
        expect(codes.slice(1).every((code) => code.startsWith('hint '))).toBe(true);
      }
    });

    it('of a full project', async () => {
      await setQuota('user-liuyizhou', 1024);
      const { exitCode, codes } = await afterPush(link('user-liuyizhou/demo:v2'));
      await setQuota('user-liuyizhou', 42_949_672_960);
      expect({ exitCode, codes }).toEqual({ exitCode: 1, codes: ['problem diagnose.quota-full'] });
    });

    it('of a password that was reset since', async () => {
      liuLogin = await credentialsOf(liu);
      const { exitCode, codes } = await afterPush(link('user-liuyizhou/demo:v3'));
      expect(exitCode).toBe(1);
      expect(codes).toEqual([
        'problem client.unauthorized',
        'hint diagnose.password-issued',
        'hint diagnose.password-lock',
      ]);
    });
  });
});
