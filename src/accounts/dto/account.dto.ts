import { ApiProperty } from '@nestjs/swagger';
import { messageFor, type Language } from '../../common/messages';
import type { AccountState, AccountView } from '../accounts.service';
import type { CredentialsState } from '../account.entity';

export class QuotaDto {
  @ApiProperty({ example: 3_221_225_472, description: 'What the project holds, in bytes; layers count once' })
  usedBytes: number;

  @ApiProperty({ type: Number, nullable: true, example: 42_949_672_960, description: 'Null: no limit' })
  limitBytes: number | null;
}

export class CredentialsStateDto {
  @ApiProperty({
    enum: ['none', 'issued', 'unknown'],
    example: 'issued',
    description: 'unknown: a reset stopped in the middle; reset again',
  })
  state: CredentialsState;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-21T09:30:00.000Z' })
  issuedAt: Date | null;
}

export class AccountProblemDto {
  @ApiProperty({ example: 'account.problem.unfinished' })
  code: string;

  @ApiProperty({ example: 'Your account is not finished' })
  title: string;

  @ApiProperty({ description: 'What to do about it' })
  detail: string;
}

export class AccountDto {
  @ApiProperty({ example: 'liuyizhou', description: 'The name in the directory' })
  username: string;

  @ApiProperty({
    enum: ['none', 'provisioning', 'ready', 'attention'],
    example: 'ready',
    description: 'none: ask for credentials; attention: see problems',
  })
  state: AccountState;

  @ApiProperty({ example: 'harbor.example.com', description: 'host[:port], as docker login wants it' })
  registry: string;

  @ApiProperty({ type: String, nullable: true, example: 'user-liuyizhou' })
  project: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'liuyizhou',
    description: 'The name for docker login',
  })
  harborUsername: string | null;

  @ApiProperty({ type: QuotaDto, nullable: true, description: 'Null while it is not known' })
  quota: QuotaDto | null;

  @ApiProperty({ type: CredentialsStateDto })
  credentials: CredentialsStateDto;

  @ApiProperty({ type: [AccountProblemDto] })
  problems: AccountProblemDto[];
}

export function toAccountDto(view: AccountView, registry: string, language: Language): AccountDto {
  const { username, state, project, quota, credentials } = view;
  return {
    username,
    state,
    registry,
    project,
    harborUsername: credentials.harborUsername,
    quota: quota === null ? null : { usedBytes: quota.usedBytes, limitBytes: quota.limitBytes },
    credentials: { state: credentials.state, issuedAt: credentials.issuedAt },
    problems: [
      ...view.problems.map((code) => ({ code, ...messageFor(code, {}, language) })),
      ...view.drifts.map(({ code, params }) => ({ code, ...messageFor(code, params, language) })),
    ],
  };
}
