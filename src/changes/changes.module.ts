import { Global, Module } from '@nestjs/common';
import { ChangeFeed } from './change-feed';
import { ChangeMarks } from './change-marks';
import { ChangePruning } from './change-pruning';
import { Changes } from './changes';

/** What changed, in one order for all replicas, so that what each keeps in memory is right. */
@Global()
@Module({
  providers: [Changes, ChangeFeed, ChangeMarks, ChangePruning],
  exports: [Changes, ChangeFeed, ChangeMarks],
})
export class ChangesModule {}
