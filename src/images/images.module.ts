import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountsModule } from '../accounts/accounts.module';
import { AuthModule } from '../auth/auth.module';
import { HarborModule } from '../harbor/harbor.module';
import { ProjectManagementModule } from '../projects/project-management.module';
import { ProjectsModule } from '../projects/projects.module';
import { LeasesModule } from '../jobs/leases.module';
import { TagRuleModule } from '../tag-rule/tag-rule.module';
import { BrowsingController } from './browsing.controller';
import { BrowsingService } from './browsing.service';
import { ImageAccess } from './image-access';
import { ImageAudience } from './image-audience.entity';
import { ImageAudiences } from './image-audiences';
import { ImageBatchService } from './image-batch.service';
import { ImageFieldChange } from './image-field-change.entity';
import { ImageGrants } from './image-grants';
import { ImageHistoryController } from './image-history.controller';
import { ImageHistory } from './image-history.service';
import { ImageImporters } from './image-importers';
import { ImageShare } from './image-share.entity';
import { ImageSharingController } from './image-sharing.controller';
import { ImageSharing } from './image-sharing.service';
import { ImageTerm } from './image-term.entity';
import { ImagePages } from './image-pages';
import { ImageLists } from './image-lists';
import { TermRarity } from './term-rarity';
import { ImageUses } from './image-uses';
import { ImageVerdicts } from './image-verdicts.service';
import { ImageVisibility } from './image-visibility';
import { Image } from './image.entity';
import { ImagesController } from './images.controller';
import { ImagesService } from './images.service';
import { SearchWord } from './search-word.entity';

@Module({
  imports: [
    TypeOrmModule.forFeature([Image, ImageFieldChange, ImageShare, ImageAudience, ImageTerm, SearchWord]),
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
    ImageUses,
    TermRarity,
    ImageGrants,
    ImageSharing,
    ImageVerdicts,
    ImageBatchService,
    BrowsingService,
  ],
  exports: [ImageImporters, ImagesService, ImageAccess, ImageVisibility, ImageGrants, ImagePages, ImageUses],
})
export class ImagesModule {}
