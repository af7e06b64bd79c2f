import { Entity } from 'typeorm';
import { KeyColumn } from '../../database/columns';

/** Every word that any image was ever found by, to complete the beginning of one. */
@Entity('search_words')
export class SearchWord {
  @KeyColumn(64)
  word: string;
}
