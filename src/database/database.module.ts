import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSourceOptions } from 'typeorm';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { dataSourceOptions, openDataSource } from './data-source';
import { isDatabaseAway } from './database-errors';
import { DatabaseMetrics } from './database-metrics';

/**
 * The database: TypeORM's DataSource, migrated, for `@InjectDataSource()`, and its repositories for
 * `TypeOrmModule.forFeature`. Needs ConfigModule. Closed by `app.close()`.
 */
@Module({})
export class DatabaseModule {
  static forRoot(): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [DatabaseMetrics],
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [CONFIG],
          useFactory: (config: Config) => ({
            ...dataSourceOptions(config.database),
            retryAttempts: 5,
            retryDelay: 2000,
            toRetry: isDatabaseAway,
          }),
          dataSourceFactory: (options?: DataSourceOptions) => {
            if (options === undefined) throw new Error('TypeOrmModule gave no options');
            return openDataSource(options);
          },
        }),
      ],
    };
  }
}
