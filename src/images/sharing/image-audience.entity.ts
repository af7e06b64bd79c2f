import { Entity, Index } from 'typeorm';
import { BytesColumn, IdColumn, KeyColumn, TextColumn } from '../../database/columns';

/**
 * Who may see an image: a person may exactly when one of its audiences is one of his (`audience.ts`). Each row
 * repeats what lists are sorted and filtered by, so that a page of any list is one stretch of one index. Only
 * `image-audiences.ts` writes it.
 */
@Entity('image_audiences')
@Index('ix_image_audiences_task_type', ['audience', 'taskType', 'imageId'])
@Index('ix_image_audiences_title', ['audience', 'title', 'imageId'])
@Index('ix_image_audiences_used', ['audience', 'usedAtMs', 'imageId'])
@Index('ix_image_audiences_size', ['audience', 'sizeBytes', 'imageId'])
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

  @TextColumn(64)
  taskType: string;

  @TextColumn(64)
  title: string;

  @BytesColumn()
  usedAtMs: number;

  @BytesColumn()
  sizeBytes: number;

  @TextColumn(4000)
  terms: string;
}
