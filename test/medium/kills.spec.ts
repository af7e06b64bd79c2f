import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runExemptionKills } from '../chaos/exemption-kills';
import { runKills } from '../chaos/kills';
import { runPullSecretKills } from '../chaos/pull-secret-kills';
import { mariadb, type TestDatabase } from '../servers/mariadb';

const ROOT = join(__dirname, '..', '..');
/** Beside the packages, so that the built files find them. */
const BUILT = join(ROOT, 'node_modules', '.cache', 'berth-kills');
const SEED = 20_261_122;

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
      kills: 20,
      seed: SEED,
      say: () => undefined,
    });
    expect(report.wrong).toEqual([]);
    expect(report.kills).toBe(20);
    expect(report.unanswered).toBeGreaterThan(20);
    expect(report.shown).toBeGreaterThan(20);
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
});
