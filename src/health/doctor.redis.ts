import type { Config } from '../config/config';
import { ok, problem, warning, type Finding } from './finding';
import { networkAdvice } from './network-advice';
import type { RedisSurvey } from './redis-survey';

/** What is kept there must not be thrown away when memory runs short: neither counts nor background work. */
const KEEPING = 'noeviction';
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR)$/;

/** Can replicas count and work together? */
export async function examineRedis(
  { redis, database }: Pick<Config, 'redis' | 'database'>,
  survey: (url: string) => Promise<RedisSurvey>,
): Promise<Finding[]> {
  if (redis.url === null) {
    const alone = 'there is no Redis (REDIS_URL): right for one replica';
    return database.type === 'sqlite'
      ? [ok(alone)]
      : [ok(`${alone}; several must have one, to count logins and share background work`)];
  }
  const found = await survey(redis.url);
  if (found.state === 'unreachable') {
    return [
      problem(
        `Redis cannot be used (${found.reason})`,
        'each replica counts logins by itself, and background work that waits for Redis does not begin',
        REFUSED.test(found.reason)
          ? 'Correct user and password in REDIS_URL, and allow that user all commands.'
          : networkAdvice(found.reason, { url: 'REDIS_URL', ca: null }),
      ),
    ];
  }
  const answers = ok(`Redis ${found.version ?? ''} answers`.replace('  ', ' '));
  if (found.evictionPolicy === null || found.evictionPolicy === KEEPING) return [answers];
  return [
    answers,
    warning(
      `Redis may throw away what is in it (maxmemory-policy ${found.evictionPolicy})`,
      'counts of failed logins and background work can be lost when its memory is full',
      `Set maxmemory-policy to ${KEEPING}, or give Berth a Redis of its own.`,
    ),
  ];
}
