import { Global, Module } from '@nestjs/common';
import { BackgroundLeases } from './background-leases';
import { BackgroundTasks } from './background-tasks';

/** Work that no request waits for. Features register theirs with BackgroundTasks. */
@Global()
@Module({ providers: [BackgroundLeases, BackgroundTasks], exports: [BackgroundTasks] })
export class BackgroundModule {}
