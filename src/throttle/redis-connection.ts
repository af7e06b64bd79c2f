import { Injectable, Inject, type OnModuleDestroy } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';

/** Longer than Redis ever takes, and short beside a login's two seconds. */
const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_RECONNECT_MS = 5_000;

/** The connection of throttles, where Redis is configured. It comes back by itself; commands meanwhile fail at once. */
@Injectable()
export class RedisConnection implements OnModuleDestroy {
  readonly redis: Redis | null;

  constructor(@Inject(CONFIG) { redis: { url } }: Config) {
    this.redis = url === null ? null : connect(url);
  }

  onModuleDestroy(): void {
    this.redis?.disconnect();
  }
}

function connect(url: string): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (times) => Math.min(times * 100, MAX_RECONNECT_MS),
  });
  // Each command tells its own failure; an error event that nobody hears is printed, with the command's arguments.
  redis.on('error', () => undefined);
  return redis;
}
