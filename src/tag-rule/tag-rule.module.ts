import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HarborModule } from '../harbor/harbor.module';
import { ProjectsModule } from '../projects/projects.module';
import { AuditFeed } from './feed/audit-feed.entity';
import { AuditFeedService } from './feed/audit-feed.service';
import { HeardHints } from './hints/heard-hints';
import { HintsFront } from './hints/hints-front';
import { HintsService } from './hints/hints.service';
import { HooksController } from './hints/hooks.controller';
import { KeptProjects } from './hints/kept-projects';
import { LoggedTags } from './feed/logged-tags';
import { NoticedChanges } from './noticed-changes';
import { NoticedTags } from './noticed-tags';
import { RecordFollowers } from './record-followers';
import { RecordWriter } from './record-writer';
import { SweepWishes } from './sweep-wishes';
import { SweptRecords } from './swept-records';
import { TagDigest } from './tag-digest.entity';
import { TagHint } from './hints/tag-hint.entity';
import { TagRecord } from './tag-record.entity';
import { TagHistory } from './tag-history.service';
import { TagRecordsService } from './tag-records.service';
import { ViolationEvents } from './violations/violation-events';
import { Violation } from './violations/violation.entity';

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
    RecordFollowers,
    RecordWriter,
    ViolationEvents,
  ],
  exports: [
    TagHistory,
    AuditFeedService,
    NoticedChanges,
    RecordFollowers,
    TagRecordsService,
    SweepWishes,
    SweptRecords,
    ViolationEvents,
  ],
})
export class TagRuleModule {}
