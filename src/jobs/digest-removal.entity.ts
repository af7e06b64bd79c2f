import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** A digest that Berth takes away, or leaves without what keeps it: no lease begins on it meanwhile. */
@Entity('digest_removals')
@Index('ix_digest_removals_digest', ['digest', 'project', 'repository'])
@Index('ix_digest_removals_until', ['until'])
export class DigestRemoval {
  @IdColumn()
  id: string;

  @TextColumn(255)
  project: string;

  @TextColumn(255)
  repository: string;

  /** `*`: whatever is in the repository. */
  @TextColumn(71)
  digest: string;

  /** By the database's clock: a crash bars nothing for longer. */
  @TimeColumn()
  until: Date;
}
