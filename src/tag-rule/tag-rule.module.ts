import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HarborModule } from '../harbor/harbor.module';
import { RecordWriter } from './record-writer';
import { SweptRecords } from './swept-records';
import { TagDigest } from './tag-digest.entity';
import { TagRecord } from './tag-record.entity';
import { TagRecordsService } from './tag-records.service';
import { ViolationEvents } from './violation-events';
import { Violation } from './violation.entity';

@Module({
  imports: [TypeOrmModule.forFeature([TagRecord, TagDigest, Violation]), HarborModule],
  providers: [TagRecordsService, SweptRecords, RecordWriter, ViolationEvents],
  exports: [TagRecordsService, SweptRecords, ViolationEvents],
})
export class TagRuleModule {}
