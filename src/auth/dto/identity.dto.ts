import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import type { IdentityDecision } from '../identity.service';

const DECISIONS = ['keep', 'separate'] as const;
const ENTRY = { message: 'field.text', context: { min: 1, max: 255 } };

export class DecideIdentityDto {
  @ApiProperty({
    enum: DECISIONS,
    example: 'separate',
    description:
      'keep: the same human with a new entry in the directory, and everything stays theirs; separate: a newcomer ' +
      'with the same name, who starts anew and gets nothing of the other',
  })
  @IsIn(DECISIONS, { message: 'field.one-of', context: { choices: DECISIONS.join(', ') } })
  decision: 'keep' | 'separate';

  @ApiPropertyOptional({
    example: '6f9619ff-8b86-d011-b42d-00c04fc964ff',
    description:
      'The new entry that the decision is about, as the person’s `rival` says; another one is refused',
  })
  @IsOptional()
  @IsString(ENTRY)
  @Length(1, 255, ENTRY)
  entryId?: string;
}

export class IdentityDto {
  @ApiProperty({ enum: DECISIONS, example: 'separate' })
  decision: 'keep' | 'separate';

  @ApiProperty({
    example: 'liuyizhou#R1',
    description:
      'The name of the known person from now on; one who was set apart has a name no directory gives',
  })
  username: string;

  @ApiProperty({ description: 'The entry that has the username in the directory' })
  entryId: string;
}

export function toIdentityDto({ decision, person, entryId }: IdentityDecision): IdentityDto {
  return { decision, username: person.username, entryId };
}
