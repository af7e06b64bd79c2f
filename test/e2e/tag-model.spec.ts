import { randomInt } from 'node:crypto';
import { runTagModel } from '../chaos/tag-model';

const CHANGES = 250;

describe('what Berth knows of tags', () => {
  it.each([2, randomInt(2 ** 31)])(
    'is what it can know, whatever is lost, doubled or late (seed %d)',
    async (seed) => {
      const report = await runTagModel({ changes: CHANGES, seed, changesPerRestart: 80 });
      expect(report).toMatchObject({ changes: CHANGES, wrong: [] });
      expect(report.violations).toBeGreaterThan(0);
    },
    120_000,
  );
});
