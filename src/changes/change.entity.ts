import { Entity } from 'typeorm';
import { SequenceColumn, TextColumn, TimeColumn } from '../database/columns';

/** A change of what lookups and lists answer, written in the transaction that made it. Kept for some minutes. */
@Entity('changes')
export class Change {
  /** Handed out at the insert: one that commits late can have a smaller number than those already read. */
  @SequenceColumn()
  seq: number;

  /** What is to be forgotten (change-key.ts). */
  @TextColumn(600)
  subject: string;

  @TimeColumn()
  at: Date;
}
