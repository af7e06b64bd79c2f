import { Entity, Index } from 'typeorm';
import { IdColumn, KeyColumn, TextColumn } from '../../database/columns';

/**
 * Who may see an image: a person may exactly when one of its audiences is one of his (`audience.ts`). Only
 * `image-audiences.ts` writes it.
 */
@Entity('image_audiences')
@Index('ix_image_audiences_image', ['imageId', 'audience'])
@Index('ix_image_audiences_name', ['name', 'audience'])
export class ImageAudience {
  @KeyColumn(200)
  audience: string;

  @IdColumn()
  imageId: string;

  /** The image's owner. */
  @TextColumn(36)
  personId: string;

  @TextColumn(512)
  name: string;
}
