import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountsModule } from '../accounts/accounts.module';
import { AuthModule } from '../auth/auth.module';
import { DirectoryModule } from '../directory/directory.module';
import { HarborModule } from '../harbor/harbor.module';
import { TagProblems } from '../restoring/tag-problems';
import { CommandsController } from './commands.controller';
import { CommandsService } from './commands.service';
import { DriftObserver } from './drift-observer';
import { DriftRepair } from './drift-repair';
import { EarlyReconcile } from './early-reconcile';
import { MembersController } from './members.controller';
import { MembersService } from './members.service';
import { Memberships } from './memberships';
import { PoliciesController } from './policies.controller';
import { PoliciesService } from './policies.service';
import { ProjectLeases } from './project-lease';
import { ProjectMember } from './project-member.entity';
import { ProjectOverview } from './project-overview.service';
import { ProjectPrograms } from './project-programs.service';
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
import { ReconcileAnswers } from './reconcile-answers';
import { ReconcileBudget } from './reconcile-budget';
import { ReconcileController } from './reconcile.controller';
import { ReconcileLeases } from './reconcile-lease';
import { ReconcileRounds } from './reconcile-rounds';
import { ReconcileService } from './reconcile.service';
import { RobotProblems } from './robot-problems';
import { RobotSweep } from './robot-sweep';
import { Robot } from './robot.entity';
import { RuleExemption } from './rule-exemption';
import { RuleExemptionIntent } from './rule-exemption.entity';
import { RuleExemptionSweep } from './rule-exemption-sweep';
import { RobotsInHarbor } from './robots-in-harbor';
import { RobotsController } from './robots.controller';
import { RobotsService } from './robots.service';
import { SharedProjectsService } from './shared-projects.service';
import { SuspendedMembership } from './suspended-membership.entity';
import { SuspendedMemberships } from './suspended-memberships.service';

/** What people and admins do with projects; making them is in ProjectsModule, which accounts need too. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      Project,
      ProjectMember,
      QuotaRequest,
      Robot,
      RuleExemptionIntent,
      SuspendedMembership,
    ]),
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
    RobotsController,
    ReconcileController,
    CommandsController,
    PoliciesController,
  ],
  providers: [
    ProjectRoles,
    ProjectLeases,
    ProjectOverview,
    ProjectUsages,
    SharedProjectsService,
    Memberships,
    SuspendedMemberships,
    ProjectPrograms,
    MembersService,
    QuotaService,
    DriftObserver,
    DriftRepair,
    ReconcileService,
    ReconcileAnswers,
    ReconcileLeases,
    ReconcileBudget,
    ReconcileRounds,
    EarlyReconcile,
    QuotaRequestsService,
    RobotsInHarbor,
    RobotsService,
    RobotProblems,
    RobotSweep,
    RuleExemption,
    RuleExemptionSweep,
    CommandsService,
    TagProblems,
    PoliciesService,
  ],
  exports: [
    DriftRepair,
    ProjectLeases,
    RuleExemption,
    ProjectPrograms,
    SuspendedMemberships,
    ProjectRoles,
    EarlyReconcile,
  ],
})
export class ProjectManagementModule {}
