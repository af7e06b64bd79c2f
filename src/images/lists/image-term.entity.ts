import { Entity, Index } from 'typeorm';
import { BytesColumn, FlagColumn, IdColumn, KeyColumn, TextColumn } from '../../database/columns';

/**
 * What an image is listed under: every word it can be found by, every filter it fits, every audience that sees it
 * (see search-terms.ts). Each row repeats what lists are sorted by, so that the images of one term are a stretch of
 * an index in any order. Only `image-audiences.ts` writes it.
 */
@Entity('image_terms')
@Index('ix_image_terms_title', ['term', 'title', 'imageId', 'isPublic'])
@Index('ix_image_terms_used', ['term', 'usedAtMs', 'imageId', 'isPublic'])
@Index('ix_image_terms_size', ['term', 'sizeBytes', 'imageId', 'isPublic'])
export class ImageTerm {
  @KeyColumn(300)
  term: string;

  @IdColumn()
  imageId: string;

  @TextColumn(64)
  title: string;

  @BytesColumn()
  usedAtMs: number;

  @BytesColumn()
  sizeBytes: number;

  /** Everybody sees it: most of what a list shows needs no look at its audiences. */
  @FlagColumn()
  isPublic: boolean;
}
