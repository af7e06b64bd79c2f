import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module';
import { DirectoryModule } from '../directory/directory.module';
import { HarborModule } from '../harbor/harbor.module';
import { ProjectManagementModule } from '../projects/project-management.module';
import { ProjectsModule } from '../projects/projects.module';
import { AccountsModule } from './accounts.module';
import { AccountAdoptions } from './adoption-accounts.service';
import { AdoptionOwner } from './adoption-owner';
import { ProjectAdoptions } from './adoption-projects.service';
import { AdoptionController } from './adoption.controller';

/** What was not made here and is to be kept here: apart from AccountsModule, as OffboardingModule is. */
@Module({
  imports: [
    AuthModule,
    DirectoryModule,
    HarborModule,
    AccountsModule,
    ProjectsModule,
    ProjectManagementModule,
  ],
  controllers: [AdoptionController],
  providers: [AdoptionOwner, AccountAdoptions, ProjectAdoptions],
})
export class AdoptionModule {}
