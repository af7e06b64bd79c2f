import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import { PageQuery } from '../../common/paging';
import type { CountedFailures } from '../login-failures.service';

const NAME = { message: 'field.text', context: { min: 1, max: 256 } };

export class LoginFailuresDto {
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'liuyizhou',
    description: 'Null: names that nobody has who is known here. What was typed is not kept',
  })
  person: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  hour: Date;

  @ApiProperty({ type: 'integer', example: 3, description: 'How often the directory said no in this hour' })
  failures: number;

  @ApiProperty({ format: 'date-time' })
  lastAt: Date;
}

export class ListLoginFailuresDto extends PageQuery {
  @ApiPropertyOptional({ example: 'liuyizhou' })
  @IsOptional()
  @IsString(NAME)
  @Length(1, 256, NAME)
  person?: string;
}

export function toLoginFailuresDto({ row, username }: CountedFailures): LoginFailuresDto {
  const { hour, failures, lastAt } = row;
  return { person: username, hour, failures, lastAt };
}
