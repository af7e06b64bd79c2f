import { Global, Module } from '@nestjs/common';
import { Changes } from './changes';
import { Clock } from './clock';
import { Draining } from './draining';

/** What every part of the running process shares: the time, whether it is stopping, and what it changed. */
@Global()
@Module({ providers: [Changes, Clock, Draining], exports: [Changes, Clock, Draining] })
export class ProcessModule {}
