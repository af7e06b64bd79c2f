import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { postJson } from '../../sandbox/post-json';
import { pushTinyImage } from '../../sandbox/registry-client';
import { manyPeople, startSurroundings } from '../../sandbox/surroundings';
import { loadConfig } from '../../src/config/load-config';
import { createDataSource, dataSourceOptions } from '../../src/database/data-source';
import { AuditFeed } from '../../src/tag-rule/feed/audit-feed.entity';
import { TagDigest } from '../../src/tag-rule/tag-digest.entity';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';
import { Violation } from '../../src/tag-rule/violations/violation.entity';
import { BerthProcess, freePort } from '../chaos/berth-process';
import { KillableWorld } from '../chaos/killable-world';
import { runExemptionKills } from '../chaos/exemption-kills';
import { runKills } from '../chaos/kills';
import { runPullSecretKills } from '../chaos/pull-secret-kills';
import { holdTasks } from '../e2e/hold-tasks';
import { mariadb, type TestDatabase } from '../servers/mariadb';

const ROOT = join(__dirname, '..', '..');
/** Beside the packages, so that the built files find them. */
const BUILT = join(ROOT, 'node_modules', '.cache', 'berth-kills');
const SEED = 20_261_122;

/** Less than the half minute after which other work of a replica that died is taken up. */
const HANDED_OVER_WITHIN_MS = 20_000;

describe('the built service, killed at random instants', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = [tsc, '-p', 'tsconfig.build.json', '--noCheck', '--outDir', BUILT];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    if (status !== 0) throw new Error(stdout);
    database = await mariadb();
  }, 120_000);
  afterAll(async () => {
    await database.drop();
  });

  it('comes to the same end by itself: one account each, and one password that works', async () => {
    const report = await runKills({
      main: join(BUILT, 'main.js'),
      databaseUrl: database.url,
      kills: 6,
      seed: SEED,
      say: () => undefined,
    });
    expect(report.wrong).toEqual([]);
    expect(report.kills).toBe(6);
    expect(report.unanswered).toBeGreaterThan(10);
    expect(report.shown).toBeGreaterThan(10);
  }, 240_000);

  it('leaves one robot for each pull secret that lives, none beside, and those of others alone', async () => {
    const other = await mariadb();
    try {
      const report = await runPullSecretKills({
        main: join(BUILT, 'main.js'),
        databaseUrl: other.url,
        kills: 4,
        seed: SEED,
        say: () => undefined,
      });
      expect(report.wrong).toEqual([]);
      expect(report.kills).toBe(4);
      expect(report.unanswered).toBeGreaterThan(4);
      expect(report.shown).toBeGreaterThan(20);
    } finally {
      await other.drop();
    }
  }, 240_000);

  it('puts the tag rule back, and opens no other tag for a moment, when it dies deleting one', async () => {
    const other = await mariadb();
    try {
      const report = await runExemptionKills({
        main: join(BUILT, 'main.js'),
        databaseUrl: other.url,
        kills: 3,
        seed: SEED,
        say: () => undefined,
      });
      expect(report.wrong).toEqual([]);
      expect(report.kills).toBe(3);
      expect(report.narrowed).toBeGreaterThan(0);
      expect(report.tries).toBeGreaterThan(20);
    } finally {
      await other.drop();
    }
  }, 240_000);

  it('reads the audit log on at another replica when the one that read it dies', async () => {
    const other = await mariadb();
    const around = await startSurroundings(manyPeople(1));
    const replicas: BerthProcess[] = [];
    const dataSource = createDataSource(dataSourceOptions(loadConfig(around.env(other.url, 3000)).database));
    try {
      while (replicas.length < 2) {
        const port = await freePort();
        const env = { ...around.env(other.url, port), WEBHOOK_URL: 'off', REPLICAS_WITHOUT_REDIS: 'true' };
        const replica = new BerthProcess(join(BUILT, 'main.js'), env, `http://127.0.0.1:${port}`);
        replicas.push(replica);
        await replica.start();
        if (replicas.length > 1) continue;
        const [person] = around.people;
        const login = { username: person?.username, password: person?.password };
        const api = `${replica.url}/api/v1`;
        const session = await postJson<{ accessToken: string }>(`${api}/auth/login`, null, login);
        await postJson(`${api}/account/credentials`, `Bearer ${session.accessToken}`, {});
        await dataSource.initialize();
        // It reads the log before there is another.
        while (!(await dataSource.manager.existsBy(AuditFeed, {}))) await sleep(50);
      }
      await replicas[0]?.kill();
      const link = { project: 'user-p001', repository: 'app', tag: 'v1' };
      await pushTinyImage({ registryUrl: around.harbor.url, ...around.harborAdmin, link, content: 'app' });
      const endsAt = performance.now() + HANDED_OVER_WITHIN_MS;
      const isKnown = async () => dataSource.manager.existsBy(TagRecord, { ...link, checkedBy: 'feed' });
      while (!(await isKnown()) && performance.now() < endsAt) await sleep(50);
      expect(await isKnown()).toBe(true);
    } finally {
      await Promise.all(replicas.map(async (replica) => replica.kill()));
      if (dataSource.isInitialized) await dataSource.destroy();
      await around.stop();
      await other.drop();
    }
  }, 120_000);

  it('loses no row of the audit log and counts none twice when it dies between the records and the cursor', async () => {
    const other = await mariadb();
    const world = await KillableWorld.start(join(BUILT, 'main.js'), other.url, { WEBHOOK_URL: 'off' });
    const env = world.around.env(other.url, 3000);
    const dataSource = createDataSource(dataSourceOptions(loadConfig(env).database));
    try {
      await dataSource.initialize();
      const { manager } = dataSource;
      while (!(await manager.existsBy(AuditFeed, {}))) await sleep(50);
      const v1 = { project: 'user-p001', repository: 'app', tag: 'v1' };
      const holding = dataSource.createQueryRunner();
      await holding.startTransaction();
      const [cursor] = (await holding.query('SELECT lastId FROM audit_feeds FOR UPDATE')) as {
        lastId: string;
      }[];
      const first = await world.push('app', 'v1', 'first');
      const second = await world.move('app', 'v1', 'second');
      while (!(await manager.existsBy(TagRecord, v1))) await sleep(20);
      await world.berth.kill();
      expect(Number((await manager.findOneByOrFail(AuditFeed, {})).lastId)).toBe(Number(cursor?.lastId));
      await holding.rollbackTransaction();
      await holding.release();
      await world.push('app', 'v2', 'pushed while Berth was away');
      await world.berth.start();
      while (!(await manager.existsBy(TagRecord, { ...v1, tag: 'v2', checkedBy: 'feed' }))) await sleep(50);
      const record = await manager.findOneByOrFail(TagRecord, v1);
      expect(record).toMatchObject({ state: 'moved', recordedDigest: first, currentDigest: second });
      const history = await manager.find(TagDigest, {
        where: { tagRecordId: record.id },
        order: { place: 'ASC' },
      });
      expect(history.map(({ digest }) => digest)).toEqual([first, second]);
      expect(new Set(history.map(({ logRow }) => logRow ?? 0)).size).toBe(2);
      expect(await manager.findBy(Violation, {})).toMatchObject([
        { tagRecordId: record.id, toDigest: second },
      ]);
    } finally {
      await world.stop();
      if (dataSource.isInitialized) await dataSource.destroy();
      await other.drop();
    }
  }, 120_000);

  it('has the tag and the rule where they belong when it dies putting a tag back, or rolling `latest` back', async () => {
    const other = await mariadb();
    const settings = { HARBOR_DEADLINE_MS: '3000', AUDIT_FEED: 'off', WEBHOOK_URL: 'off' };
    const world = await KillableWorld.start(join(BUILT, 'main.js'), other.url, settings);
    const { harbor } = world.around;
    const env = world.around.env(other.url, 3000);
    const dataSource = createDataSource(dataSourceOptions(loadConfig(env).database));
    try {
      await dataSource.initialize();
      // To let go of what came back it exempts tags from the rule, too.
      await holdTasks(dataSource, 'holds');
      const before = await world.rules();
      const old = await world.push('app', 'latest', 'old');
      const recorded = await world.push('app', 'v1', 'recorded');
      const images = [await world.importImage('app', 'v1'), await world.importImage('app', 'latest')];
      const [, latest] = images;
      await world.push('app', 'latest', 'new');
      await world.move('app', 'v1', 'moved');
      for (const id of images) await world.ask('POST', `/images/${id}/check`);
      const [violation] = (await world.ask('GET', '/violations?state=open')).body.items as { id: string }[];
      const restore = async () => world.ask('POST', `/violations/${violation?.id}/restore`);
      const rollBack = async () => world.ask('POST', `/images/${latest}/rollback`, { digest: old });
      for (const [tag, digest, work] of [
        ['v1', recorded, restore],
        ['latest', old, rollBack],
      ] as const) {
        const path = `/v2/user-p001/app/manifests/${tag}`;
        const from = harbor.calls.length;
        harbor.faults.add({ kind: 'hang', method: 'PUT', path: new RegExp(path) });
        const asked = work().catch(() => null);
        const isHung = () =>
          harbor.calls.slice(from).some((call) => call.method === 'PUT' && call.path === path);
        while (!isHung()) await sleep(10);
        const meanwhile = await world.rules();
        await world.berth.kill();
        // `latest` may be written under it.
        expect(JSON.stringify(meanwhile) === JSON.stringify(before)).toBe(tag === 'latest');
        await asked;
        harbor.faults.clear();
        await world.berth.start();
        // The lease of the process that died is waited for.
        while (![200, 409].includes((await work()).status) || (await world.digestOf('app', tag)) !== digest) {
          await sleep(250);
        }
        while (JSON.stringify(await world.rules()) !== JSON.stringify(before)) await sleep(250);
      }
      const checks = await Promise.all(images.map(async (id) => world.ask('POST', `/images/${id}/check`)));
      expect(checks.map(({ body }) => body.state)).toEqual(['as-recorded', 'current']);
      expect((await world.ask('GET', `/violations/${violation?.id}`)).body.state).toBe('restored');
      expect(await world.digestOf('app', 'v1')).toBe(recorded);
    } finally {
      await world.stop();
      if (dataSource.isInitialized) await dataSource.destroy();
      await other.drop();
    }
  }, 240_000);
});
