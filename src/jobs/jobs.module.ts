import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module';
import { ImagesModule } from '../images/images.module';
import { LookupModule } from '../lookup/lookup.module';
import { PullSecretsModule } from '../pull-secrets/pull-secrets.module';
import { JobsController } from './jobs.controller';
import { JobsService } from './jobs.service';
import { LeaseSweep } from './lease-sweep';
import { LeasesModule } from './leases.module';

@Module({
  imports: [AuthModule, ImagesModule, LookupModule, LeasesModule, PullSecretsModule],
  controllers: [JobsController],
  providers: [JobsService, LeaseSweep],
})
export class JobsModule {}
