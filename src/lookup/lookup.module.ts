import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module';
import { HarborModule } from '../harbor/harbor.module';
import { ImagesModule } from '../images/images.module';
import { TagRuleModule } from '../tag-rule/tag-rule.module';
import { FactReader } from './fact-reader';
import { LookupFront } from './lookup-front';
import { LookupMemory } from './lookup-memory';
import { LookupController } from './lookup.controller';
import { LookupService } from './lookup.service';
import { PullRights } from './pull-rights';

@Module({
  imports: [AuthModule, HarborModule, ImagesModule, TagRuleModule],
  controllers: [LookupController],
  providers: [FactReader, LookupFront, LookupMemory, LookupService, PullRights],
  exports: [LookupService],
})
export class LookupModule {}
