import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsDate, IsIn, IsInt, IsString, IsUUID, Matches, Max, MaxLength, Min } from 'class-validator';
import { AsTime } from '../../../common/time-field';
import type { RobotState } from '../robot-list';
import { MAX_ROBOT_NAME, ROBOT_NAME } from '../robot-name';
import { ROBOT_ACCESSES, type RobotAccess } from '../robot.entity';
import type { IssuedRobot, RobotView } from '../robots.service';
import { MayBeLeftOut } from '../../dto/field-rules';

const NAME = { message: 'robot.name', context: { max: MAX_ROBOT_NAME } };
const ACCESS = { message: 'field.one-of', context: { choices: ROBOT_ACCESSES.join(', ') } };
const MAX_OVERLAP_SECONDS = 7 * 86_400;
const OVERLAP = { message: 'field.whole-number', context: { min: 0, max: MAX_OVERLAP_SECONDS } };
const STATES: readonly RobotState[] = ['active', 'ending', 'ended', 'changed', 'disabled', 'missing'];

/** An id that cannot be one leads nowhere: 404. */
export class RobotAddress {
  @ApiProperty({ example: 'user-liuyizhou' })
  @IsString()
  project: string;

  @ApiProperty({ format: 'uuid', example: '0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' })
  @IsUUID()
  id: string;
}

export class CreateRobotDto {
  @ApiProperty({
    example: 'ci',
    minLength: 1,
    maxLength: MAX_ROBOT_NAME,
    description: 'Lower-case letters and digits, with single . _ or - between them',
  })
  @IsString(NAME)
  @MaxLength(MAX_ROBOT_NAME, NAME)
  @Matches(ROBOT_NAME, NAME)
  name: string;

  @ApiProperty({ enum: ROBOT_ACCESSES, example: 'push', description: 'push includes pull' })
  @IsIn(ROBOT_ACCESSES, ACCESS)
  access: RobotAccess;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    example: '2027-02-19T09:30:00Z',
    description: 'At most 365 days ahead; after 90 days when left out, unless the site is set otherwise',
  })
  @MayBeLeftOut()
  @AsTime()
  @IsDate({ message: 'field.time' })
  expiresAt?: Date;
}

export class RotateRobotDto {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: MAX_OVERLAP_SECONDS,
    example: 86_400,
    description: 'How long the old robot works on beside the new one; 0 ends it at once',
  })
  @IsInt(OVERLAP)
  @Min(0, OVERLAP)
  @Max(MAX_OVERLAP_SECONDS, OVERLAP)
  overlapSeconds: number;
}

export class RobotDto {
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    example: '0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b',
    description: 'Null for a foreign robot',
  })
  id: string | null;

  @ApiProperty({ example: 'ci' })
  name: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'robot$user-liuyizhou+ci',
    description: 'For docker login, in single quotes because of its $; null while it is not in the registry',
  })
  username: string | null;

  @ApiProperty({ enum: [...ROBOT_ACCESSES, 'other'], example: 'push', description: 'In the registry' })
  access: RobotAccess | 'other';

  @ApiProperty({
    enum: STATES,
    example: 'active',
    description:
      'ending: rotated or deleted, works until expiresAt; ended: its time is over; changed: may do something else in ' +
      'the registry than it was given here; disabled or missing there',
  })
  state: RobotState;

  @ApiProperty({ example: false, description: 'Made in Harbor by others: listed here, and left alone' })
  foreign: boolean;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2027-02-19T09:30:00.000Z',
    description: 'Null: a foreign robot that never ends',
  })
  expiresAt: Date | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  createdAt: Date;

  @ApiProperty({ type: String, nullable: true, example: 'liuyizhou' })
  createdBy: string | null;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    example: null,
    description: 'The robot that it replaced',
  })
  rotatedFrom: string | null;
}

export class IssuedRobotDto extends RobotDto {
  @ApiProperty({ example: 'harbor.example.com' })
  address: string;

  @ApiProperty({ example: 'uG7mQhT3xYvN9cRbJf4ZsDpeK2wX8aLq', description: 'Shown in this answer alone' })
  secret: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'When the robot that it replaces stops working; null when it replaces none',
  })
  previousEndsAt: Date | null;
}

export function toRobotDto(robot: RobotView): RobotDto {
  const { id, name, username, access, state, expiresAt, createdAt, createdBy, rotatedFromId } = robot;
  return {
    id,
    name,
    username,
    access,
    state,
    foreign: id === null,
    expiresAt,
    createdAt,
    createdBy,
    rotatedFrom: rotatedFromId,
  };
}

export function toIssuedRobotDto(issued: IssuedRobot, address: string): IssuedRobotDto {
  const { robot, secret, previousEndsAt } = issued;
  return { ...toRobotDto(robot), address, secret, previousEndsAt };
}
