import { Entity } from 'typeorm';
import { IdColumn, KeyColumn } from '../../database/columns';

/**
 * What an image can be found by, one row for each of its terms. Images with a term are one stretch of the key,
 * newest first when read backwards. Only `image-audiences.ts` writes it.
 */
@Entity('image_terms')
export class ImageTerm {
  /** With a letter before it (see `postingOf`), so that public images with a term are a stretch of their own. */
  @KeyColumn(300)
  term: string;

  @IdColumn()
  imageId: string;
}
