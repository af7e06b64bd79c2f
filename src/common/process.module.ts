import { Global, Module } from '@nestjs/common';
import { Clock } from './clock';
import { Draining } from './draining';

/** What every part of the running process shares : the time, and whether it is stopping. */
@Global()
@Module({ providers: [Clock, Draining], exports: [Clock, Draining] })
export class ProcessModule {}
