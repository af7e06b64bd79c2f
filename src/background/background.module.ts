import { Global, Module } from '@nestjs/common';
import { BackgroundLeases } from './background-leases';
import { BackgroundTasks } from './background-tasks';
import { BackgroundWork } from './background-work';
import { LOCK_MS, LOCK_TIME, RedisQueues } from './redis-queues';
import { HERE, Replicas, WHEREABOUTS } from './replicas';

/** Work that no request waits for. Features register theirs with BackgroundTasks and BackgroundWork. */
@Global()
@Module({
  providers: [
    BackgroundLeases,
    RedisQueues,
    BackgroundTasks,
    BackgroundWork,
    Replicas,
    { provide: WHEREABOUTS, useValue: HERE },
    { provide: LOCK_TIME, useValue: LOCK_MS },
  ],
  exports: [BackgroundTasks, BackgroundWork, Replicas],
})
export class BackgroundModule {}
