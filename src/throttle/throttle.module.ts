import { Global, Module } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { InsuredAttempts } from './insured-attempts';
import { MemoryAttempts } from './memory-attempts';
import { RedisAttempts } from './redis-attempts';
import { RedisConnection } from './redis-connection';
import { Throttle } from './throttle';

@Global()
@Module({
  providers: [
    RedisConnection,
    {
      provide: Throttle,
      inject: [RedisConnection, Clock, CONFIG],
      useFactory: ({ redis }: RedisConnection, clock: Clock, { auth }: Config): Throttle => {
        const own = new MemoryAttempts(clock);
        const attempts = redis === null ? own : new InsuredAttempts(new RedisAttempts(redis), own, clock);
        return new Throttle(attempts, auth.secret);
      },
    },
  ],
  exports: [Throttle],
})
export class ThrottleModule {}
