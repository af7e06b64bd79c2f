import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
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
  private readonly logger = new Logger(RedisConnection.name);
  private isLost = false;

  constructor(@Inject(CONFIG) { redis: { url } }: Config) {
    this.redis = url === null ? null : connect(url);
    this.redis?.on('ready', () => (this.isLost = false));
    // An error event that nobody hears is printed, with the command's arguments.
    this.redis?.on('error', (error: unknown) => this.tellOnce(error));
  }

  onModuleDestroy(): void {
    this.redis?.disconnect();
  }

  private tellOnce(error: unknown): void {
    if (this.isLost) return;
    this.isLost = true;
    this.logger.warn({ msg: 'Redis cannot be reached', err: error });
  }
}

function connect(url: string): Redis {
  return new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (times) => Math.min(times * 100, MAX_RECONNECT_MS),
  });
}
