import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module';
import { ActivityController } from './activity.controller';
import { AuditEntry } from './audit-entry.entity';
import { AuditLog } from './audit-log.service';
import { AuditPages } from './audit-pages';
import { AuditController } from './audit.controller';

/** Reading the audit log; writing it is in AuditModule, which logins need too. */
@Module({
  imports: [TypeOrmModule.forFeature([AuditEntry]), AuthModule],
  controllers: [AuditController, ActivityController],
  providers: [AuditLog, AuditPages],
})
export class AuditReadingModule {}
