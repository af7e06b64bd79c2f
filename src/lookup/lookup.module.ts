import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module';
import { HarborModule } from '../harbor/harbor.module';
import { ImagesModule } from '../images/images.module';
import { TagRuleModule } from '../tag-rule/tag-rule.module';
import { AskedBefore } from './asked-before';
import { AvailableImages } from './available-images';
import { AvailableController } from './available.controller';
import { FactReader } from './fact-reader';
import { LookupFront } from './lookup-front';
import { LookupMemory } from './lookup-memory';
import { LookupRate } from './lookup-rate';
import { LookupController } from './lookup.controller';
import { LookupService } from './lookup.service';
import { PullRights } from './pull-rights';
import { RefusedPullPruning } from './refused-pull-pruning';
import { RefusedPull } from './refused-pull.entity';
import { VulnerablePulls } from './vulnerable-pulls';

@Module({
  imports: [TypeOrmModule.forFeature([RefusedPull]), AuthModule, HarborModule, ImagesModule, TagRuleModule],
  controllers: [LookupController, AvailableController],
  providers: [
    AskedBefore,
    AvailableImages,
    FactReader,
    LookupFront,
    LookupMemory,
    LookupRate,
    LookupService,
    PullRights,
    RefusedPullPruning,
    VulnerablePulls,
  ],
  exports: [LookupService],
})
export class LookupModule {}
