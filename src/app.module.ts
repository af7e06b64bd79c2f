import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { AccountsModule } from './accounts/accounts.module';
import { AdoptionModule } from './accounts/adoption.module';
import { OffboardingModule } from './accounts/offboarding.module';
import { AuditReadingModule } from './audit/audit-reading.module';
import { AuditModule } from './audit/audit.module';
import { AuthModule } from './auth/auth.module';
import { BackgroundModule } from './background/background.module';
import { ChangesModule } from './changes/changes.module';
import { LoggingModule } from './common/logging';
import { ProcessModule } from './common/process.module';
import type { Config } from './config/config';
import { ConfigModule } from './config/config.module';
import { DatabaseModule } from './database/database.module';
import { DiagnoseModule } from './diagnose/diagnose.module';
import { FreshnessModule } from './freshness/freshness.module';
import { HealthModule } from './health/health.module';
import { ImagesModule } from './images/images.module';
import { JobsModule } from './jobs/jobs.module';
import { LookupModule } from './lookup/lookup.module';
import { MetricsModule } from './metrics/metrics.module';
import { ProjectManagementModule } from './projects/project-management.module';
import { PullSecretsModule } from './pull-secrets/pull-secrets.module';
import { RemovalModule } from './removal/removal.module';
import { SweepModule } from './sweep/sweep.module';
import { RestoringModule } from './restoring/restoring.module';
import { ThrottleModule } from './throttle/throttle.module';

/** The only file that knows every module. */
@Module({})
export class AppModule {
  static of(config: Config, log: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.of(config),
        LoggingModule.of(log),
        ProcessModule,
        MetricsModule,
        DatabaseModule.forRoot(),
        AuditModule,
        BackgroundModule,
        ChangesModule,
        ThrottleModule,
        AuthModule,
        AuditReadingModule,
        AccountsModule,
        ProjectManagementModule,
        OffboardingModule,
        AdoptionModule,
        DiagnoseModule,
        ImagesModule,
        RemovalModule,
        RestoringModule,
        LookupModule,
        JobsModule,
        PullSecretsModule,
        SweepModule,
        FreshnessModule,
        HealthModule,
      ],
    };
  }
}
