import { Global, Module } from '@nestjs/common';
import { Clock } from './clock';
import { Draining } from './draining';
import { LookupPressure } from './lookup-pressure';

/** What every part of the running process shares: the time, whether it is stopping, and what goes first. */
@Global()
@Module({ providers: [Clock, Draining, LookupPressure], exports: [Clock, Draining, LookupPressure] })
export class ProcessModule {}
