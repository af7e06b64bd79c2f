import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HarborModule } from '../harbor/harbor.module';
import { ProjectsModule } from '../projects/projects.module';
import { AuditFeed } from './audit-feed.entity';
import { AuditFeedService } from './audit-feed.service';
import { HeardHints } from './heard-hints';
import { HintsFront } from './hints-front';
import { HintsService } from './hints.service';
import { HooksController } from './hooks.controller';
import { KeptProjects } from './kept-projects';
import { LoggedTags } from './logged-tags';
import { NoticedChanges } from './noticed-changes';
import { NoticedTags } from './noticed-tags';
import { RecordWriter } from './record-writer';
import { SweepWishes } from './sweep-wishes';
import { SweptRecords } from './swept-records';
import { TagDigest } from './tag-digest.entity';
import { TagHint } from './tag-hint.entity';
import { TagRecord } from './tag-record.entity';
import { TagHistory } from './tag-history.service';
import { TagRecordsService } from './tag-records.service';
import { ViolationEvents } from './violation-events';
import { Violation } from './violation.entity';

@Module({
  imports: [
    TypeOrmModule.forFeature([TagRecord, TagHint, TagDigest, Violation, AuditFeed]),
    HarborModule,
    ProjectsModule,
  ],
  controllers: [HooksController],
  providers: [
    TagHistory,
    TagRecordsService,
    KeptProjects,
    NoticedTags,
    HeardHints,
    NoticedChanges,
    HintsService,
    HintsFront,
    LoggedTags,
    AuditFeedService,
    SweepWishes,
    SweptRecords,
    RecordWriter,
    ViolationEvents,
  ],
  exports: [
    TagHistory,
    AuditFeedService,
    NoticedChanges,
    TagRecordsService,
    SweepWishes,
    SweptRecords,
    ViolationEvents,
  ],
})
export class TagRuleModule {}
