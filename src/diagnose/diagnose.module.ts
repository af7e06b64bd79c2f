import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { HarborModule } from '../harbor/harbor.module';
import { ProjectManagementModule } from '../projects/project-management.module';
import { ProjectsModule } from '../projects/projects.module';
import { DiagnoseController } from './diagnose.controller';
import { DiagnoseService } from './diagnose.service';
import { ProjectObserver } from './project-observer';

@Module({
  imports: [HarborModule, AccountsModule, ProjectsModule, ProjectManagementModule],
  controllers: [DiagnoseController],
  providers: [DiagnoseService, ProjectObserver],
})
export class DiagnoseModule {}
