import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { loadConfig } from '../../src/config/load-config';
import { examineAll } from '../../src/health/doctor';
import { examinationsOf } from '../../src/health/examinations';

describe('npm run doctor', () => {
  let sandbox: Sandbox;
  let dataFolder: string;

  beforeAll(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), 'berth-doctor-'));
    sandbox = await startSandbox({ port: 0, dataFolder });
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(dataFolder, { recursive: true });
  });

  /** Every finding as one line, with these settings in place of the sandbox's. */
  async function findings(settings: NodeJS.ProcessEnv = {}): Promise<string[]> {
    const config = loadConfig({ ...sandbox.env, PUBLIC_URL: sandbox.url, ...settings });
    const report = await examineAll(examinationsOf(config));
    return report.flatMap(({ subject, findings: found }) =>
      found.map(({ severity, what }) => `${subject}: ${severity}: ${what}`),
    );
  }

  async function problems(settings?: NodeJS.ProcessEnv): Promise<string[]> {
    return (await findings(settings)).filter((finding) => finding.includes(': problem: '));
  }

  async function configureHarbor(settings: object): Promise<void> {
    const { username, password } = sandbox.harborAdmin;
    const reply = await fetch(`${sandbox.harbor.url}/api/v2.0/configurations`, {
      method: 'PUT',
      headers: {
        Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify(settings),
    });
    expect(reply.status).toBe(200);
  }

  it('finds everything in order in the sandbox', async () => {
    await configureHarbor({ project_creation_restriction: 'adminonly' });
    expect(await findings()).toEqual(
      expect.arrayContaining([
        'Database: ok: the tables are up to date',
        'Harbor: ok: Harbor 2.15.2 answers, and accepts the service account',
        'Harbor: ok: the service account is a robot with all the rights that Berth uses',
        'Harbor: ok: only administrators make projects in Harbor',
        'Directory: ok: the admin group has members',
        'Directory: ok: there are groups under LDAP_GROUP_BASE_DN',
        'Addresses: ok: PUBLIC_URL leads to a running Berth',
        `Addresses: ok: REGISTRY_ADDRESS (${sandbox.harbor.address}) is a Harbor registry`,
      ]),
    );
    expect(await problems()).toEqual([]);
  });

  it('sees that anyone could make projects', async () => {
    await configureHarbor({ project_creation_restriction: 'everyone' });
    expect(await problems()).toEqual(['Harbor: problem: everyone may make projects in Harbor']);
    await configureHarbor({ project_creation_restriction: 'adminonly' });
  });

  it('sees a wrong secret of the service account', async () => {
    expect(await problems({ HARBOR_PASSWORD: 'Wrong-1234567890-secret' })).toEqual([
      'Harbor: problem: Harbor does not accept the service account',
    ]);
  });

  it('takes an administrator for more than Berth needs', async () => {
    const { username, password } = sandbox.harborAdmin;
    expect(await findings({ HARBOR_USERNAME: username, HARBOR_PASSWORD: password })).toContain(
      'Harbor: warning: the service account is an administrator of Harbor',
    );
  });
});
