import { ServiceTokenMemory } from './service-token-memory';
import type { ServiceCaller } from './caller';
import { aboutServiceToken } from '../changes/change-key';
import type { ChangeFeed } from '../changes/change-feed';
import { ChangeMarks } from '../changes/change-marks';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import type { Config } from '../config/config';
import { hashOfToken } from './secret-token';
import type { ServiceTokensService } from './service-tokens.service';

const GOOD = 'berth_good';
const CALLER: ServiceCaller = { kind: 'scheduler', tokenId: 'token-1', tokenName: 'slurm' };

describe('ServiceTokenMemory', () => {
  let memory: ServiceTokenMemory;
  let changes: Changes;
  let asked: string[];
  let isUpToDate: boolean;

  beforeEach(() => {
    asked = [];
    isUpToDate = true;
    changes = new Changes(new Clock());
    const marks = new ChangeMarks(changes);
    marks.onModuleInit();
    const feed: Pick<ChangeFeed, 'isUpToDate' | 'upToDateAtMs' | 'catchUp'> = {
      get isUpToDate() {
        return isUpToDate;
      },
      upToDateAtMs: performance.now(),
      catchUp: async () => Promise.resolve(isUpToDate),
    };
    const tokens: Pick<ServiceTokensService, 'findByHash'> = {
      findByHash: async (hash) => {
        asked.push(hash);
        return Promise.resolve(hash === hashOfToken(GOOD) ? CALLER : null);
      },
    };
    const config = { lookup: { withoutDatabaseMs: 60_000 } };
    memory = new ServiceTokenMemory(
      tokens as ServiceTokensService,
      feed as ChangeFeed,
      marks,
      config as Config,
    );
  });

  it('knows a good token however many bad ones are tried, also when the database is away', async () => {
    expect(await memory.authenticate(GOOD)).toEqual(CALLER);
    for (let number = 0; number < 2_000; number += 1) await memory.authenticate(`berth_bad${number}`);
    expect(memory.recall(`Bearer ${GOOD}`)).toEqual(CALLER);
    isUpToDate = false;
    expect(await memory.authenticate(GOOD)).toEqual(CALLER);
    await expect(memory.authenticate('berth_bad1999')).rejects.toMatchObject({
      code: 'database.unavailable',
    });
  });

  it('asks about a bad token that comes again and again once in a while', async () => {
    for (let number = 0; number < 100; number += 1) {
      expect(await memory.authenticate('berth_bad')).toBeNull();
    }
    expect(asked).toHaveLength(1);
  });

  it('forgets one that is revoked', async () => {
    await memory.authenticate(GOOD);
    changes.announce([aboutServiceToken(CALLER.tokenId)]);
    expect(memory.recall(`Bearer ${GOOD}`)).toBeNull();
    await memory.authenticate(GOOD);
    expect(asked).toHaveLength(2);
  });
});
