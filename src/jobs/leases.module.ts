import { Module } from '@nestjs/common';
import { LeasesService } from './leases.service';

/** What jobs run: needs nothing but the database, so that the catalog and the tag rule may ask it. */
@Module({ providers: [LeasesService], exports: [LeasesService] })
export class LeasesModule {}
