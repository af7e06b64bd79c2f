import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn } from '../database/columns';

/** That a person was in a group when the directory was last asked (`Person.groupsSeenAt`). */
@Entity('person_groups')
@Index('uq_person_groups', ['personId', 'groupId'], { unique: true })
export class PersonGroup {
  @IdColumn()
  id: string;

  @TextColumn(36)
  personId: string;

  @TextColumn(36)
  groupId: string;
}
