import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module';
import { HarborModule } from '../harbor/harbor.module';
import { ProjectsModule } from '../projects/projects.module';
import { AccountLeases } from './account-lease';
import { AccountPresence } from './account-presence';
import { AccountStandings } from './account-standings';
import { Account } from './account.entity';
import { AccountsController } from './accounts.controller';
import { AccountsService } from './accounts.service';
import { HarborUsers } from './harbor-user';
import { Provisioning } from './provisioning';
import { RegistryController } from './registry.controller';
import { RegistryService } from './registry.service';

@Module({
  imports: [TypeOrmModule.forFeature([Account]), AuthModule, HarborModule, ProjectsModule],
  controllers: [RegistryController, AccountsController],
  providers: [
    AccountPresence,
    AccountsService,
    AccountStandings,
    AccountLeases,
    HarborUsers,
    Provisioning,
    RegistryService,
  ],
  exports: [AccountLeases, HarborUsers, AccountsService, AccountStandings],
})
export class AccountsModule {}
