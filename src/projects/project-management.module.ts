import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountsModule } from '../accounts/accounts.module';
import { AuthModule } from '../auth/auth.module';
import { DirectoryModule } from '../directory/directory.module';
import { HarborModule } from '../harbor/harbor.module';
import { TagProblems } from '../restoring/tag-problems';
import { CommandsController } from './commands/commands.controller';
import { CommandsService } from './commands/commands.service';
import { DriftObserver } from './drift/drift-observer';
import { DriftRepair } from './drift/drift-repair';
import { EarlyReconcile } from './drift/early-reconcile';
import { MembersController } from './members/members.controller';
import { MembersService } from './members/members.service';
import { Memberships } from './members/memberships';
import { PoliciesController } from './policies.controller';
import { PoliciesService } from './policies.service';
import { ProjectLeases } from './project-lease';
import { ProjectMember } from './members/project-member.entity';
import { ProjectOverview } from './project-overview.service';
import { ProjectPrograms } from './project-programs.service';
import { ProjectRoles } from './project-roles';
import { ProjectUsages } from './quota/project-usage.service';
import { Project } from './project.entity';
import { ProjectsController } from './projects.controller';
import { ProjectsModule } from './projects.module';
import { QuotaAdministrationController } from './quota/quota-administration.controller';
import { QuotaRequest } from './quota/quota-request.entity';
import { QuotaRequestsController } from './quota/quota-requests.controller';
import { QuotaRequestsService } from './quota/quota-requests.service';
import { QuotaService } from './quota/quota.service';
import { ReconcileAnswers } from './drift/reconcile-answers';
import { ReconcileBudget } from './drift/reconcile-budget';
import { ReconcileController } from './drift/reconcile.controller';
import { ReconcileLeases } from './drift/reconcile-lease';
import { ReconcileRounds } from './drift/reconcile-rounds';
import { ReconcileService } from './drift/reconcile.service';
import { RobotProblems } from './robots/robot-problems';
import { RobotSweep } from './robots/robot-sweep';
import { Robot } from './robots/robot.entity';
import { RuleExemption } from './immutable-rules/rule-exemption';
import { RuleExemptionIntent } from './immutable-rules/rule-exemption.entity';
import { RuleExemptionSweep } from './immutable-rules/rule-exemption-sweep';
import { RobotsInHarbor } from './robots/robots-in-harbor';
import { RobotsController } from './robots/robots.controller';
import { RobotsService } from './robots/robots.service';
import { SharedProjectsService } from './shared-projects.service';
import { SuspendedMembership } from './members/suspended-membership.entity';
import { SuspendedMemberships } from './members/suspended-memberships.service';

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
