import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../../database/columns';

export type GranteeKind = 'person' | 'group';

/** That the owner of an image, or an admin, shared it; who sees it therefore stands in `image_audiences`. */
@Entity('image_shares')
@Index('uq_image_shares', ['imageId', 'kind', 'granteeId'], { unique: true })
@Index('ix_image_shares_image', ['imageId', 'id'])
export class ImageShare {
  /** UUIDv7: later shares have greater ids. */
  @IdColumn()
  id: string;

  @TextColumn(36)
  imageId: string;

  @TextColumn(16)
  kind: GranteeKind;

  /** Berth's id of the person or of the group. */
  @TextColumn(36)
  granteeId: string;

  @TimeColumn()
  sharedAt: Date;

  /** The username of who shared it. */
  @TextColumn(256)
  sharedBy: string;
}
