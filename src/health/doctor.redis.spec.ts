import { examineRedis } from './doctor.redis';
import { surveyRedis, type RedisSurvey } from './redis-survey';

const CONFIG = {
  redis: { url: 'redis://berth:secret@127.0.0.1:1/0' },
  database: { type: 'mariadb', url: 'mariadb://db/berth' },
} as const;

describe('the doctor on Redis', () => {
  it.each<[RedisSurvey, string[]]>([
    [{ state: 'reachable', version: '7.0.15', evictionPolicy: 'noeviction' }, []],
    [{ state: 'reachable', version: null, evictionPolicy: null }, []],
    [
      { state: 'reachable', version: '7.0.15', evictionPolicy: 'allkeys-lru' },
      ['warning: Redis may throw away what is in it (maxmemory-policy allkeys-lru)'],
    ],
    [{ state: 'unreachable', reason: 'WRONGPASS' }, ['problem: Redis cannot be used (WRONGPASS)']],
    [{ state: 'unreachable', reason: 'ECONNREFUSED' }, ['problem: Redis cannot be used (ECONNREFUSED)']],
  ])('judges %j', async (survey, expected) => {
    const findings = await examineRedis(CONFIG, () => Promise.resolve(survey));
    const complaints = findings.filter(({ severity }) => severity !== 'ok');
    expect(complaints.map(({ severity, what }) => `${severity}: ${what}`)).toEqual(expected);
  });

  it('says what to do about a wrong password, and about nobody there', async () => {
    const remedyOf = async (reason: string): Promise<string> => {
      const [finding] = await examineRedis(CONFIG, () => Promise.resolve({ state: 'unreachable', reason }));
      return finding !== undefined && 'remedy' in finding ? finding.remedy : '';
    };
    expect(await remedyOf('NOAUTH')).toContain('Correct user and password in REDIS_URL');
    expect(await remedyOf('ECONNREFUSED')).toContain('correct the port in REDIS_URL');
  });

  it('asks nobody where none is configured', async () => {
    const none = { ...CONFIG, redis: { url: null } };
    const findings = await examineRedis(none, () => Promise.reject(new Error('asked')));
    expect(findings.map(({ severity }) => severity)).toEqual(['ok']);
  });
});

describe('surveyRedis', () => {
  it('tells a Redis that nobody serves by a code alone', async () => {
    expect(await surveyRedis(CONFIG.redis.url)).toEqual({ state: 'unreachable', reason: 'ECONNREFUSED' });
  });
});
