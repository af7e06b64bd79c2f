import { randomInt } from 'node:crypto';
import { runTagModel, type TagModelOptions } from '../chaos/tag-model';
import { mariadb } from '../servers/mariadb';

describe('what Berth knows of tags', () => {
  const run = async (options: Pick<TagModelOptions, 'changes' | 'seed' | 'databaseUrl'>) => {
    const report = await runTagModel({ changesPerRestart: 80, ...options });
    expect(report).toMatchObject({ changes: options.changes, wrong: [] });
    expect(report.violations).toBeGreaterThan(0);
    return report;
  };

  it('is what it can know, whatever is lost, doubled or late, and whatever people do about it', async () => {
    const { putBack, acts, lookups, holds } = await run({ changes: 350, seed: 3 });
    expect(Math.min(putBack, acts, lookups, holds)).toBeGreaterThan(0);
  }, 120_000);

  it('is so with two replicas, and another history each time', async () => {
    const database = await mariadb();
    const options = { changes: 150, seed: randomInt(2 ** 31), databaseUrl: database.url };
    await run(options).finally(async () => database.drop());
  }, 120_000);
});
