import { Entity, Index } from 'typeorm';
import { CountColumn, IdColumn, TextColumn, TimeColumn } from '../../database/columns';

/** `push` includes pull. */
export const ROBOT_ACCESSES = ['pull', 'push'] as const;
export type RobotAccess = (typeof ROBOT_ACCESSES)[number];

/**
 * A robot in Harbor that Berth made for a project. The row is written before Harbor is asked to make it, and goes when
 * Harbor was seen without it. Its secret is nowhere.
 */
@Entity('robots')
@Index('uq_robots_current_name', ['projectId', 'currentName'], { unique: true })
@Index('ix_robots_due', ['dueAt'])
export class Robot {
  @IdColumn()
  id: string;

  @TextColumn(36)
  projectId: string;

  /** As people call it; a rotated robot and the one that replaces it share it. */
  @TextColumn(64)
  name: string;

  /** The name while the robot is the one of this name; null before its secret was shown, and once it is ending. */
  @TextColumn(64, { nullable: true })
  currentName: string | null;

  @TextColumn(16)
  access: RobotAccess;

  /** In Harbor, without the prefix and the project. */
  @TextColumn(80)
  harborName: string;

  /** Stands in the description of a robot that is being made, so that after a crash it is known to be ours. */
  @TextColumn(30)
  intentMark: string;

  /** Null until Berth recorded that it made the robot: its secret was not shown before. */
  @CountColumn({ nullable: true })
  harborRobotId: number | null;

  @TextColumn(36)
  createdByPersonId: string;

  @TextColumn(36, { nullable: true })
  rotatedFromId: string | null;

  /** Berth deletes it in Harbor then; Harbor itself counts whole days, and ends it up to a day later. */
  @TimeColumn()
  expiresAt: Date;

  /** When the sweep has something to do with it: its end, or another try. */
  @TimeColumn()
  dueAt: Date;

  @TimeColumn()
  createdAt: Date;
}
