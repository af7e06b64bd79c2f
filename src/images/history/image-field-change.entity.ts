import { Entity, Index } from 'typeorm';
import { IdColumn, JsonColumn, TextColumn, TimeColumn } from '../../database/columns';

/** `sharedWith` is of one person or group that was added or taken away, as in the address of a share. */
export type ChangedField = 'description' | 'taskType' | 'labels' | 'visibility' | 'sharedWith';
export type FieldValue = string | string[];

/** One field of an image that somebody changed. */
@Entity('image_changes')
@Index('ix_image_changes_image', ['imageId', 'id'])
export class ImageFieldChange {
  /** UUIDv7: later changes have greater ids. */
  @IdColumn()
  id: string;

  @TextColumn(36)
  imageId: string;

  @TimeColumn()
  at: Date;

  @TextColumn(255)
  username: string;

  /** The platform's service token that acted for the person. */
  @TextColumn(255, { nullable: true })
  actedForBy: string | null;

  @TextColumn(16)
  field: ChangedField;

  @JsonColumn()
  fromValue: FieldValue;

  @JsonColumn()
  toValue: FieldValue;
}
