import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { HarborModule } from '../harbor/harbor.module';
import { CommandsController } from './commands.controller';
import { CommandsService } from './commands.service';
import { ProjectRoles } from './project-roles';
import { ProjectsModule } from './projects.module';

/** What people and admins do with projects; making them is in ProjectsModule, which accounts need too. */
@Module({
  imports: [HarborModule, AccountsModule, ProjectsModule],
  controllers: [CommandsController],
  providers: [ProjectRoles, CommandsService],
  exports: [ProjectRoles],
})
export class ProjectManagementModule {}
