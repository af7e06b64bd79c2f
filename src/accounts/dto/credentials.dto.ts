import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import type { MessageCode } from '../../common/messages.en';
import { messageFor, type Language } from '../../common/messages';
import { pushCommands } from '../../projects/commands/commands';
import type { IssuedCredentials } from '../provisioning';

export class IssueCredentialsDto {
  @ApiPropertyOptional({ example: true, description: 'Ends the password that was shown before' })
  @IsOptional()
  @IsBoolean({ message: 'field.flag' })
  reset?: boolean;
}

export class PushCommandsDto {
  @ApiProperty({ example: 'docker login harbor.example.com --username liuyizhou' })
  login: string;

  @ApiProperty({ example: 'docker tag demo:v1 harbor.example.com/user-liuyizhou/demo:v1' })
  tag: string;

  @ApiProperty({ example: 'docker push harbor.example.com/user-liuyizhou/demo:v1' })
  push: string;
}

export class CredentialsNoteDto {
  @ApiProperty({ example: 'account.note.old-password' })
  code: string;

  @ApiProperty({ description: 'What to know, and what to do about it' })
  detail: string;
}

export class CredentialsDto {
  @ApiProperty({ example: 'harbor.example.com' })
  address: string;

  @ApiProperty({ example: 'liuyizhou' })
  username: string;

  @ApiProperty({ example: 'wK7mQhT3xYvN9cRbJf4ZsDpe', description: 'Shown in this answer alone' })
  password: string;

  @ApiProperty({ example: 'user-liuyizhou' })
  project: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  issuedAt: Date;

  @ApiProperty({ type: PushCommandsDto, description: 'Ready to paste; docker asks for the password' })
  commands: PushCommandsDto;

  @ApiProperty({ type: [CredentialsNoteDto], description: 'After a reset: what still has the old password' })
  notes: CredentialsNoteDto[];
}

export function toCredentialsDto(
  issued: IssuedCredentials,
  address: string,
  language: Language,
): CredentialsDto {
  const { first, harborUsername, password, project, issuedAt } = issued;
  const notes: MessageCode[] = first
    ? ['account.note.use-robots']
    : ['account.note.old-password', 'account.note.use-robots'];
  return {
    address,
    username: harborUsername,
    password,
    project,
    issuedAt,
    commands: pushCommands(address, harborUsername, project),
    notes: notes.map((code) => ({ code, detail: messageFor(code, { project }, language).detail })),
  };
}
