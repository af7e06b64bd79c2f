import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length, MaxLength } from 'class-validator';

const USERNAME = { message: 'field.text', context: { min: 1, max: 256 } };
const PASSWORD = { message: 'field.text', context: { min: 0, max: 1024 } };
const TOKEN = { message: 'field.text', context: { min: 1, max: 256 } };

export class LoginDto {
  @ApiProperty({ example: 'liuyizhou', maxLength: 256, description: 'The login name in the directory' })
  @IsString(USERNAME)
  @Length(1, 256, USERNAME)
  username: string;

  @ApiProperty({ format: 'password', maxLength: 1024 })
  @IsString({ message: 'field.password' })
  @MaxLength(1024, PASSWORD)
  password: string;
}

export class RefreshDto {
  @ApiProperty({ description: 'The refreshToken of the last answer; good once' })
  @IsString(TOKEN)
  @Length(1, 256, TOKEN)
  refreshToken: string;
}
