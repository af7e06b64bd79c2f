import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HarborModule } from '../harbor/harbor.module';
import { DriftRecord } from './drift-record.entity';
import { DriftRecords } from './drift-records.service';
import { Project } from './project.entity';
import { ProjectsService } from './projects.service';

@Module({
  imports: [TypeOrmModule.forFeature([Project, DriftRecord]), HarborModule],
  providers: [ProjectsService, DriftRecords],
  exports: [ProjectsService, DriftRecords],
})
export class ProjectsModule {}
