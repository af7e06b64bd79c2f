import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountsModule } from '../accounts/accounts.module';
import { AuthModule } from '../auth/auth.module';
import { DirectoryModule } from '../directory/directory.module';
import { HarborModule } from '../harbor/harbor.module';
import { CommandsController } from './commands.controller';
import { CommandsService } from './commands.service';
import { MembersController } from './members.controller';
import { MembersService } from './members.service';
import { Memberships } from './memberships';
import { ProjectLeases } from './project-lease';
import { ProjectMember } from './project-member.entity';
import { ProjectOverview } from './project-overview.service';
import { ProjectRoles } from './project-roles';
import { ProjectUsages } from './project-usage.service';
import { Project } from './project.entity';
import { ProjectsController } from './projects.controller';
import { ProjectsModule } from './projects.module';
import { QuotaAdministrationController } from './quota-administration.controller';
import { QuotaRequest } from './quota-request.entity';
import { QuotaRequestsController } from './quota-requests.controller';
import { QuotaRequestsService } from './quota-requests.service';
import { QuotaService } from './quota.service';
import { SharedProjectsService } from './shared-projects.service';

/** What people and admins do with projects; making them is in ProjectsModule, which accounts need too. */
@Module({
  imports: [
    TypeOrmModule.forFeature([Project, ProjectMember, QuotaRequest]),
    HarborModule,
    DirectoryModule,
    AuthModule,
    AccountsModule,
    ProjectsModule,
  ],
  controllers: [
    ProjectsController,
    MembersController,
    QuotaRequestsController,
    QuotaAdministrationController,
    CommandsController,
  ],
  providers: [
    ProjectRoles,
    ProjectLeases,
    ProjectOverview,
    ProjectUsages,
    SharedProjectsService,
    Memberships,
    MembersService,
    QuotaService,
    QuotaRequestsService,
    CommandsService,
  ],
  exports: [ProjectRoles],
})
export class ProjectManagementModule {}
