import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module';
import { HarborModule } from '../harbor/harbor.module';
import { ImagesModule } from '../images/images.module';
import { LeasesModule } from '../jobs/leases.module';
import { ProjectManagementModule } from '../projects/project-management.module';
import { ProjectsModule } from '../projects/projects.module';
import { TagDigest } from '../tag-rule/tag-digest.entity';
import { TagRuleModule } from '../tag-rule/tag-rule.module';
import { Violation } from '../tag-rule/violations/violation.entity';
import { HoldWork } from './hold-work';
import { Hold } from './hold.entity';
import { HoldsService } from './holds.service';
import { Restoration } from './restoration.entity';
import { RestoreWork } from './restore-work';
import { RestoreService } from './restore.service';
import { RollbackController } from './rollback.controller';
import { RollbackService } from './rollback.service';
import { SuspectRules } from './suspect-rules';
import { TagMover } from './tag-mover';
import { ViolationMetrics } from './violation-metrics';
import { ViolationsController } from './violations.controller';
import { ViolationsService } from './violations.service';

/** What is done about tags that moved: put back, acknowledged, rolled back, and their digests held. */
@Module({
  imports: [
    TypeOrmModule.forFeature([Violation, TagDigest, Restoration, Hold]),
    HarborModule,
    AuthModule,
    ProjectsModule,
    ProjectManagementModule,
    TagRuleModule,
    ImagesModule,
    LeasesModule,
  ],
  controllers: [ViolationsController, RollbackController],
  providers: [
    ViolationsService,
    RestoreService,
    RestoreWork,
    RollbackService,
    TagMover,
    HoldsService,
    HoldWork,
    ViolationMetrics,
    SuspectRules,
  ],
  exports: [HoldsService],
})
export class RestoringModule {}
