import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HarborModule } from '../harbor/harbor.module';
import { ImagesModule } from '../images/images.module';
import { LeasesModule } from '../jobs/leases.module';
import { ProjectManagementModule } from '../projects/project-management.module';
import { ProjectsModule } from '../projects/projects.module';
import { RestoringModule } from '../restoring/restoring.module';
import { TagRuleModule } from '../tag-rule/tag-rule.module';
import { RemovalIntent } from './removal-intent.entity';
import { RemovalRecords } from './removal-records';
import { RemovalSweep } from './removal-sweep';
import { RemovalController } from './removal.controller';
import { RemovalService } from './removal.service';

@Module({
  imports: [
    TypeOrmModule.forFeature([RemovalIntent]),
    HarborModule,
    ProjectsModule,
    ProjectManagementModule,
    TagRuleModule,
    ImagesModule,
    LeasesModule,
    RestoringModule,
  ],
  controllers: [RemovalController],
  providers: [RemovalService, RemovalRecords, RemovalSweep],
})
export class RemovalModule {}
