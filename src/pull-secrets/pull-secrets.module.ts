import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module';
import { HarborModule } from '../harbor/harbor.module';
import { ImagesModule } from '../images/images.module';
import { LookupModule } from '../lookup/lookup.module';
import { ProjectsModule } from '../projects/projects.module';
import { TagRuleModule } from '../tag-rule/tag-rule.module';
import { OpenedProjects } from './opened-projects';
import { PullRobots } from './pull-robots';
import { PullSecretJanitor } from './pull-secret-janitor';
import { PullSecretMetrics } from './pull-secret-metrics';
import { PullSecretsController } from './pull-secrets.controller';
import { PullSecretsService } from './pull-secrets.service';

@Module({
  imports: [AuthModule, HarborModule, ProjectsModule, ImagesModule, TagRuleModule, LookupModule],
  controllers: [PullSecretsController],
  providers: [PullSecretsService, OpenedProjects, PullRobots, PullSecretJanitor, PullSecretMetrics],
  exports: [PullRobots],
})
export class PullSecretsModule {}
