import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HarborModule } from '../harbor/harbor.module';
import { DriftRecord } from './drift-record.entity';
import { DriftRecords } from './drift-records.service';
import { ObservedRules } from './observed-rules';
import { Project } from './project.entity';
import { ProjectsService } from './projects.service';
import { RuleExemptionIntent } from './rule-exemption.entity';

@Module({
  imports: [TypeOrmModule.forFeature([Project, DriftRecord, RuleExemptionIntent]), HarborModule],
  providers: [ProjectsService, ObservedRules, DriftRecords],
  exports: [ProjectsService, ObservedRules, DriftRecords],
})
export class ProjectsModule {}
