import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module';
import { SweepModule } from '../sweep/sweep.module';
import { TagRuleModule } from '../tag-rule/tag-rule.module';
import { FreshnessController } from './freshness.controller';
import { FreshnessService } from './freshness.service';

@Module({
  imports: [TagRuleModule, SweepModule, ProjectsModule],
  controllers: [FreshnessController],
  providers: [FreshnessService],
})
export class FreshnessModule {}
