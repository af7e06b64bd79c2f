import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** When a job last ran an image of this name, whoever has it in the catalog. */
@Entity('image_uses')
@Index('uq_image_uses_name', ['name'], { unique: true })
export class ImageUse {
  @IdColumn()
  id: string;

  @TextColumn(512)
  name: string;

  @TimeColumn()
  lastUsedAt: Date;
}
