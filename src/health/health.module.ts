import { Module } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Directory } from '../directory/directory';
import { DirectoryModule } from '../directory/directory.module';
import { HarborClient } from '../harbor/harbor.client';
import { HarborModule } from '../harbor/harbor.module';
import { LookupModule } from '../lookup/lookup.module';
import { LookupService } from '../lookup/lookup.service';
import { DEPENDENCIES, type Dependency } from './dependency';
import { HealthController } from './health.controller';
import { ReadinessService } from './readiness.service';

@Module({
  imports: [DirectoryModule, HarborModule, LookupModule],
  controllers: [HealthController],
  providers: [
    ReadinessService,
    {
      provide: DEPENDENCIES,
      inject: [getDataSourceToken(), HarborClient, Directory, LookupService],
      useFactory: (
        database: DataSource,
        harbor: HarborClient,
        directory: Directory,
        lookups: LookupService,
      ): Dependency[] => [
        // Without it lookups are answered from memory, as long as that is allowed.
        {
          name: 'database',
          isVital: () => !lookups.canAnswer,
          check: async () => void (await database.query('SELECT 1')),
        },
        { name: 'harbor', isVital: () => false, check: async () => harbor.ping() },
        { name: 'directory', isVital: () => false, check: async () => directory.ping() },
      ],
    },
  ],
})
export class HealthModule {}
