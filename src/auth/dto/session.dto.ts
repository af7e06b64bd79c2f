import { ApiProperty } from '@nestjs/swagger';
import type { PersonCaller, Role } from '../caller';
import type { Person } from '../person.entity';
import type { IssuedSession } from '../sessions.service';

export class MeDto {
  @ApiProperty({ example: 'liuyizhou' })
  username: string;

  @ApiProperty({ example: 'Liu Yizhou' })
  displayName: string;

  @ApiProperty({ type: String, nullable: true, example: 'liuyizhou@example.com' })
  email: string | null;

  @ApiProperty({ enum: ['person', 'admin'], isArray: true, example: ['person'] })
  roles: Role[];
}

export class SessionDto {
  @ApiProperty({ description: 'For "Authorization: Bearer …"' })
  accessToken: string;

  @ApiProperty({ type: 'integer', example: 300 })
  expiresInSeconds: number;

  @ApiProperty({ description: 'For POST /auth/refresh, once' })
  refreshToken: string;

  @ApiProperty({ type: 'integer', example: 604800 })
  refreshExpiresInSeconds: number;

  @ApiProperty({ type: MeDto })
  person: MeDto;
}

export function toMeDto(person: Person, { isAdmin }: Pick<PersonCaller, 'isAdmin'>): MeDto {
  const { username, displayName, email } = person;
  return { username, displayName, email, roles: isAdmin ? ['person', 'admin'] : ['person'] };
}

export function toSessionDto({ person, isAdmin, ...tokens }: IssuedSession): SessionDto {
  return { ...tokens, person: toMeDto(person, { isAdmin }) };
}
