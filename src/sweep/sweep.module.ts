import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HarborModule } from '../harbor/harbor.module';
import { ProjectsModule } from '../projects/projects.module';
import { TagRuleModule } from '../tag-rule/tag-rule.module';
import { ProjectListing } from './project-listing';
import { ProjectSweep } from './project-sweep';
import { SecondLook } from './second-look';
import { SweepAlarm } from './sweep-alarm.entity';
import { SweepAlarms } from './sweep-alarms';
import { SweepCounters } from './sweep-counters';
import { SweepPaces } from './sweep-pace';
import { SweepProject } from './sweep-project.entity';
import { SweepTurns } from './sweep-turns';
import { SweepsController } from './sweeps.controller';
import { SweepsService } from './sweeps.service';

/** Looks at every tag again and again, cheaply: what webhooks and Harbor's audit log did not tell is found here. */
@Module({
  imports: [
    TypeOrmModule.forFeature([SweepProject, SweepAlarm]),
    HarborModule,
    ProjectsModule,
    TagRuleModule,
  ],
  controllers: [SweepsController],
  providers: [
    SweepTurns,
    SweepPaces,
    SweepAlarms,
    SweepCounters,
    ProjectListing,
    SecondLook,
    ProjectSweep,
    SweepsService,
  ],
  exports: [SweepsService],
})
export class SweepModule {}
