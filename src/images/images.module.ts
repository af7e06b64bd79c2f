import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountsModule } from '../accounts/accounts.module';
import { AuthModule } from '../auth/auth.module';
import { HarborModule } from '../harbor/harbor.module';
import { ProjectManagementModule } from '../projects/project-management.module';
import { ProjectsModule } from '../projects/projects.module';
import { LeasesModule } from '../jobs/leases.module';
import { TagRuleModule } from '../tag-rule/tag-rule.module';
import { BrowsingController } from './browsing/browsing.controller';
import { BrowsingService } from './browsing/browsing.service';
import { ImageAccess } from './sharing/image-access';
import { ImageAudience } from './sharing/image-audience.entity';
import { ImageAudiences } from './sharing/image-audiences';
import { ImageBatchService } from './importing/image-batch.service';
import { ImageFieldChange } from './history/image-field-change.entity';
import { ImageGrants } from './sharing/image-grants';
import { KnownRights } from './sharing/known-rights';
import { ImageHistoryController } from './history/image-history.controller';
import { ImageHistory } from './history/image-history.service';
import { ImageImporters } from './image-importers';
import { ImageShare } from './sharing/image-share.entity';
import { ImageSharingController } from './sharing/image-sharing.controller';
import { ImageSharing } from './sharing/image-sharing.service';
import { ImageTerm } from './lists/image-term.entity';
import { ImagePages } from './lists/image-pages';
import { ImageLists } from './lists/image-lists';
import { KnownAudiences } from './lists/known-audiences';
import { TermRarity } from './lists/term-rarity';
import { ImageStandings } from './image-standings';
import { ImageUses } from './image-uses';
import { ImageVerdicts } from './importing/image-verdicts.service';
import { ImageVisibility } from './sharing/image-visibility';
import { Image } from './image.entity';
import { ImagesController } from './images.controller';
import { ImagesService } from './images.service';

@Module({
  imports: [
    TypeOrmModule.forFeature([Image, ImageFieldChange, ImageShare, ImageAudience, ImageTerm]),
    AuthModule,
    HarborModule,
    AccountsModule,
    ProjectsModule,
    ProjectManagementModule,
    TagRuleModule,
    LeasesModule,
  ],
  controllers: [ImagesController, ImageHistoryController, ImageSharingController, BrowsingController],
  providers: [
    ImageHistory,
    ImageImporters,
    ImagesService,
    ImageAccess,
    ImageAudiences,
    ImageVisibility,
    ImageLists,
    ImagePages,
    KnownAudiences,
    ImageStandings,
    ImageUses,
    TermRarity,
    ImageGrants,
    KnownRights,
    ImageSharing,
    ImageVerdicts,
    ImageBatchService,
    BrowsingService,
  ],
  exports: [ImageImporters, ImagesService, ImageAccess, ImageVisibility, ImageGrants, ImagePages, ImageUses],
})
export class ImagesModule {}
