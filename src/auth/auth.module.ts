import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { DirectoryModule } from '../directory/directory.module';
import { AccessTokens } from './access-tokens';
import { ActingService } from './acting.service';
import { AuthController } from './auth.controller';
import { Authentication } from './authentication';
import { CallerGuard } from './caller.guard';
import { IdentityController } from './identity.controller';
import { IdentityService } from './identity.service';
import { LoginFailure } from './login-failure.entity';
import { LoginFailuresController } from './login-failures.controller';
import { LoginFailuresService } from './login-failures.service';
import { LoginThrottle } from './login-throttle';
import { LoginsService } from './logins.service';
import { Offboarded } from './offboarded';
import { OffboardedPersons } from './offboarded-persons';
import { PersonGroups } from './person-groups';
import { Person } from './person.entity';
import { PersonsService } from './persons.service';
import { RefreshToken } from './refresh-token.entity';
import { RouteAccess } from './route-access';
import { ServiceToken } from './service-token.entity';
import { ServiceTokenMemory } from './service-token-memory';
import { ServiceTokensController } from './service-tokens.controller';
import { ServiceTokensService } from './service-tokens.service';
import { Session } from './session.entity';
import { SessionsService } from './sessions.service';

@Module({
  imports: [
    TypeOrmModule.forFeature([Person, Session, RefreshToken, ServiceToken, LoginFailure]),
    JwtModule.register({}),
    AuditModule,
    DirectoryModule,
    DiscoveryModule,
  ],
  controllers: [AuthController, IdentityController, LoginFailuresController, ServiceTokensController],
  providers: [
    AccessTokens,
    ActingService,
    Authentication,
    IdentityService,
    LoginFailuresService,
    LoginThrottle,
    LoginsService,
    Offboarded,
    OffboardedPersons,
    PersonGroups,
    PersonsService,
    RouteAccess,
    ServiceTokenMemory,
    ServiceTokensService,
    SessionsService,
    { provide: APP_GUARD, useClass: CallerGuard },
  ],
  exports: [ServiceTokenMemory, PersonsService, PersonGroups, Offboarded, OffboardedPersons],
})
export class AuthModule {}
