import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HarborModule } from '../harbor/harbor.module';
import { ProjectsModule } from '../projects/projects.module';
import { AccountLeases } from './account-lease';
import { Account } from './account.entity';
import { AccountsController } from './accounts.controller';
import { AccountsService } from './accounts.service';
import { HarborUsers } from './harbor-user';
import { Provisioning } from './provisioning';
import { RegistryController } from './registry.controller';
import { RegistryService } from './registry.service';

@Module({
  imports: [TypeOrmModule.forFeature([Account]), HarborModule, ProjectsModule],
  controllers: [RegistryController, AccountsController],
  providers: [AccountsService, AccountLeases, HarborUsers, Provisioning, RegistryService],
  exports: [AccountsService],
})
export class AccountsModule {}
