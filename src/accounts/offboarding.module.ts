import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module';
import { DirectoryModule } from '../directory/directory.module';
import { ProjectManagementModule } from '../projects/project-management.module';
import { ProjectsModule } from '../projects/projects.module';
import { AccountsModule } from './accounts.module';
import { AdminPersonsController } from './admin-persons.controller';
import { AdminPersonsService } from './admin-persons.service';
import { OffboardingRound } from './offboarding-round.entity';
import { OffboardingRounds } from './offboarding-rounds.service';
import { OffboardingService } from './offboarding.service';

/** What admins do with people: apart from AccountsModule, because it needs projects, and projects need accounts. */
@Module({
  imports: [
    TypeOrmModule.forFeature([OffboardingRound]),
    AuthModule,
    DirectoryModule,
    AccountsModule,
    ProjectsModule,
    ProjectManagementModule,
  ],
  controllers: [AdminPersonsController],
  providers: [AdminPersonsService, OffboardingService, OffboardingRounds],
})
export class OffboardingModule {}
