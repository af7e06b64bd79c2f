import type { Redis } from 'ioredis';
import type { Attempts, Limit } from './attempts';

const PREFIX = 'berth:attempts:';
const NOTED = -1;

/**
 * A sorted set for each key, of attempts by time: Redis' own time, as replicas' clocks differ.
 * KEYS: the set. ARGV: tries, windowMs, attempt id. Answers -1, or the ms until the oldest attempt counts no more.
 */
const NOTE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then
  return redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] + window - now
end
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], window)
return ${NOTED}`;

/** Attempts of all replicas together. Rejects while Redis is away. */
export class RedisAttempts implements Attempts {
  constructor(private readonly redis: Redis) {}

  async note({ key, tries, windowMs }: Limit, attemptId: string): Promise<number | null> {
    const answer = await this.redis.eval(NOTE, 1, PREFIX + key, tries, windowMs, attemptId);
    if (typeof answer !== 'number') throw new Error('Redis gave no number');
    return answer === NOTED ? null : answer;
  }

  async withdraw(key: string, attemptId: string): Promise<void> {
    await this.redis.zrem(PREFIX + key, attemptId);
  }

  async forget(key: string): Promise<void> {
    await this.redis.del(PREFIX + key);
  }
}
