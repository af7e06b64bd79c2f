import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HarborModule } from '../harbor/harbor.module';
import { TagRecord } from './tag-record.entity';
import { TagRecordsService } from './tag-records.service';

@Module({
  imports: [TypeOrmModule.forFeature([TagRecord]), HarborModule],
  providers: [TagRecordsService],
  exports: [TagRecordsService],
})
export class TagRuleModule {}
