import { Module } from '@nestjs/common';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { Directory } from './directory';
import { LdapDirectory } from './ldap.directory';

@Module({
  providers: [
    {
      provide: Directory,
      inject: [CONFIG],
      useFactory: (config: Config): Directory => new LdapDirectory(config.directory),
    },
  ],
  exports: [Directory],
})
export class DirectoryModule {}
