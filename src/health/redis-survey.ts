import { Redis } from 'ioredis';

/** `reason` is a code of Node's or the first word of Redis's own answer. */
export type RedisSurvey =
  | { state: 'reachable'; version: string | null; evictionPolicy: string | null }
  | { state: 'unreachable'; reason: string };

const TIMEOUT_MS = 3_000;

/** Looks at Redis without changing anything. Never rejects. */
export async function surveyRedis(url: string): Promise<RedisSurvey> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    disconnectTimeout: 100,
  });
  let failure: unknown = null;
  redis.on('error', (error: unknown) => (failure = error));
  try {
    await redis.connect();
    await redis.ping();
    const about = await redis.info();
    return {
      state: 'reachable',
      version: fieldOf(about, 'redis_version'),
      evictionPolicy: fieldOf(about, 'maxmemory_policy'),
    };
  } catch (error) {
    return { state: 'unreachable', reason: reasonOf(failure ?? error) };
  } finally {
    redis.disconnect();
  }
}

function fieldOf(about: string, name: string): string | null {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(about)?.[1] ?? null;
}

/** Redis begins its refusals with a code (WRONGPASS, NOAUTH); other texts may hold what was sent. */
function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  const message = 'message' in error && typeof error.message === 'string' ? error.message : '';
  return /^[A-Z]{3,20}(?= )/.exec(message)?.[0] ?? 'unknown';
}
