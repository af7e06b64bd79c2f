import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HarborModule } from '../harbor/harbor.module';
import { DriftRecord } from './drift/drift-record.entity';
import { DriftRecords } from './drift/drift-records.service';
import { ObservedRules } from './immutable-rules/observed-rules';
import { Project } from './project.entity';
import { ProjectWebhooks } from './webhooks/project-webhooks.service';
import { ProjectsService } from './projects.service';
import { RuleExemptionIntent } from './immutable-rules/rule-exemption.entity';

@Module({
  imports: [TypeOrmModule.forFeature([Project, DriftRecord, RuleExemptionIntent]), HarborModule],
  providers: [ProjectsService, ObservedRules, DriftRecords, ProjectWebhooks],
  exports: [ProjectsService, ObservedRules, DriftRecords, ProjectWebhooks],
})
export class ProjectsModule {}
