import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { messageFor, type Language } from '../../common/messages';
import { PageQuery } from '../../common/paging';
import type { CredentialsState } from '../account.entity';
import type { AdminPerson } from '../admin-persons.service';
import type { OffboardingState } from '../offboarding-rounds.service';
import { PERSON_STATES, personState, type PersonState } from '../person-state';

const FILTER_STATES = [...PERSON_STATES, 'conflict'] as const;
const NAME = { message: 'field.text', context: { min: 1, max: 256 } };
const REASON = { message: 'field.text', context: { min: 1, max: 512 } };

export class ListPersonsDto extends PageQuery {
  @ApiPropertyOptional({
    enum: FILTER_STATES,
    example: 'absent',
    description:
      'conflict: another entry of the directory came with the username, and an admin has to decide',
  })
  @IsOptional()
  @IsIn(FILTER_STATES, { message: 'field.one-of', context: { choices: FILTER_STATES.join(', ') } })
  state?: PersonState | 'conflict';

  @ApiPropertyOptional({ example: 'liu', description: 'What the username begins with, in any case' })
  @IsOptional()
  @IsString(NAME)
  @Length(1, 256, NAME)
  q?: string;
}

export class OffboardPersonDto {
  @ApiPropertyOptional({ example: 'Left on Friday, ticket 4711', minLength: 1, maxLength: 512 })
  @IsOptional()
  @IsString(REASON)
  @Length(1, 512, REASON)
  reason?: string;
}

export class RivalDto {
  @ApiProperty({ example: '6f9619ff-8b86-d011-b42d-00c04fc964ff' })
  entryId: string;

  @ApiProperty({ type: String, nullable: true, example: '刘一舟' })
  displayName: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  seenAt: Date | null;
}

export class AdminPersonDto {
  @ApiProperty({ example: 'liuyizhou' })
  username: string;

  @ApiProperty({ example: '刘一舟' })
  displayName: string;

  @ApiProperty({
    enum: PERSON_STATES,
    example: 'active',
    description:
      'absent: not in the directory at the last search; offboarding: refused here, and the registry is not done; ' +
      'offboarded: the registry, too',
  })
  state: PersonState;

  @ApiProperty({ type: String, nullable: true, example: 'user-liuyizhou' })
  project: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'liuyizhou', description: 'In the registry' })
  harborUsername: string | null;

  @ApiProperty({ enum: ['none', 'issued', 'unknown'], example: 'issued' })
  credentials: CredentialsState;

  @ApiProperty({ example: '6f9619ff-8b86-d011-b42d-00c04fc964ff', description: 'The entry in the directory' })
  entryId: string;

  @ApiProperty({ format: 'date-time', description: 'When the directory last knew the person' })
  seenAt: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  absentSince: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  offboardedAt: Date | null;

  @ApiProperty({ enum: ['gone', 'disabled', 'admin'], nullable: true, example: null })
  offboardedBecause: 'gone' | 'disabled' | 'admin' | null;

  @ApiProperty({ type: String, nullable: true, description: 'What an admin said about it' })
  offboardedReason: string | null;

  @ApiProperty({
    type: RivalDto,
    nullable: true,
    description: 'Another entry that came with this username: decide whose it is',
  })
  rival: RivalDto | null;
}

export class OffboardingNoticeDto {
  @ApiProperty({ example: 'person.offboarding-notice' })
  code: string;

  @ApiProperty()
  title: string;

  @ApiProperty({ description: 'What ended at once, and what ends within the hour' })
  detail: string;
}

export class OffboardedPersonDto extends AdminPersonDto {
  @ApiProperty({ type: OffboardingNoticeDto })
  notice: OffboardingNoticeDto;
}

export class OffboardingStateDto {
  @ApiProperty({ enum: ['off', 'report', 'suspend'], example: 'report' })
  mode: OffboardingState['mode'];

  @ApiProperty({ type: 'integer', example: 1_209_600 })
  graceSeconds: number;

  @ApiProperty({ type: 'integer', example: 420, description: 'Known here and not offboarded' })
  people: number;

  @ApiProperty({
    type: 'integer',
    example: 2,
    description: 'Of them, not in the directory at the last search',
  })
  absent: number;

  @ApiProperty({ type: 'integer', example: 1, description: 'Of them, those whose grace period is over' })
  due: number;

  @ApiProperty({ type: 'integer', example: 42, description: 'How many one run may offboard' })
  allowed: number;

  @ApiProperty({ type: 'integer', example: 12 })
  offboarded: number;

  @ApiProperty({
    type: 'integer',
    example: 0,
    description: 'Of the offboarded, where the registry is not done',
  })
  unfinished: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Of the search under way' })
  searchStartedAt: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  searchCompletedAt: Date | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'When more were due than one run may offboard, so that nobody was; null: the last run was allowed',
  })
  stoppedAt: Date | null;
}

export function toAdminPersonDto({ person, account, project }: AdminPerson): AdminPersonDto {
  const { rivalDirectoryId, rivalDisplayName, rivalSeenAt } = person;
  return {
    username: person.username,
    displayName: person.displayName,
    state: personState(person),
    project,
    harborUsername: account?.harborUsername ?? null,
    credentials: account?.credentialsState ?? 'none',
    entryId: person.directoryId,
    seenAt: person.seenAt,
    absentSince: person.absentSince,
    offboardedAt: person.offboardedAt,
    offboardedBecause: person.offboardedBecause,
    offboardedReason: person.offboardedReason,
    rival:
      rivalDirectoryId === null
        ? null
        : { entryId: rivalDirectoryId, displayName: rivalDisplayName, seenAt: rivalSeenAt },
  };
}

export function toOffboardedPersonDto(person: AdminPerson, language: Language): OffboardedPersonDto {
  const code = 'person.offboarding-notice';
  return { ...toAdminPersonDto(person), notice: { code, ...messageFor(code, {}, language) } };
}

export function toOffboardingStateDto({ graceMs, ...state }: OffboardingState): OffboardingStateDto {
  return { ...state, graceSeconds: graceMs / 1000 };
}
