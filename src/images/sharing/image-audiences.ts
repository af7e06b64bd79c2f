import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import { In, type DataSource, type EntityManager } from 'typeorm';
import { ownerAudience, PUBLIC } from './audience';
import { ImageAudience } from './image-audience.entity';
import { ImageTerm } from '../lists/image-term.entity';
import type { Image } from '../image.entity';
import { isWord, postingOf, splitTerms } from '../lists/search-terms';
import { SearchWord } from '../lists/search-word.entity';
import { atMost } from '../../common/at-most';

type Listed = Pick<
  Image,
  'id' | 'personId' | 'name' | 'taskType' | 'title' | 'usedAtMs' | 'sizeBytes' | 'terms' | 'visibility'
>;

const REMEMBERED_WORDS = 50_000;

/**
 * The only writer of who may see an image and of what it is found by. Always in the caller's transaction, which also
 * moves the image's version on from the one that was read: so what is repeated here is never older than the image.
 */
@Injectable()
export class ImageAudiences {
  private readonly knownWords = new LRUCache<string, true>(atMost(REMEMBERED_WORDS));

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Before the transaction that stores them: each word on its own, so that no two imports wait for each other's. A
   * word that no image came to have does no harm.
   */
  async learnWords(terms: string): Promise<void> {
    const fresh = splitTerms(terms).filter((term) => isWord(term) && !this.knownWords.has(term));
    if (fresh.length === 0) return;
    const { manager } = this.dataSource;
    const present = await manager.findBy(SearchWord, { word: In(fresh) });
    const known = new Set(present.map(({ word }) => word));
    for (const word of fresh.filter((one) => !known.has(one))) {
      await manager.createQueryBuilder().insert().into(SearchWord).values({ word }).orIgnore().execute();
    }
    for (const word of fresh) this.knownWords.set(word, true);
  }

  /** A new image: its owner sees it. */
  async add(manager: EntityManager, image: Listed): Promise<void> {
    await manager.insert(ImageAudience, row(image, ownerAudience(image.personId)));
    await manager.insert(ImageTerm, postings(image, splitTerms(image.terms)));
  }

  /** One more audience sees it. Nothing happens when it does already. */
  async open(manager: EntityManager, image: Listed, audience: string): Promise<boolean> {
    const key = { audience, imageId: image.id };
    if (await manager.existsBy(ImageAudience, key)) return false;
    await manager.insert(ImageAudience, row(image, audience));
    if (audience === PUBLIC) await this.moveTerms(manager, image, true);
    return true;
  }

  /** An audience sees it no longer; not for the owner's. Nothing happens when it did not. */
  async close(manager: EntityManager, image: Listed, audience: string): Promise<boolean> {
    const { affected } = await manager.delete(ImageAudience, { audience, imageId: image.id });
    if (affected === 0) return false;
    if (audience === PUBLIC) await this.moveTerms(manager, image, false);
    return true;
  }

  /** What it is sorted, filtered or found by changed; `before` is as it was stored. */
  async update(manager: EntityManager, before: Listed, after: Listed): Promise<void> {
    const { taskType, title, sizeBytes, terms } = after;
    await manager.update(ImageAudience, { imageId: before.id }, { taskType, title, sizeBytes, terms });
    const had = new Set(splitTerms(before.terms));
    const has = new Set(splitTerms(terms));
    await this.deleteTerms(
      manager,
      before,
      [...had].filter((term) => !has.has(term)),
    );
    const added = [...has].filter((term) => !had.has(term));
    if (added.length > 0) await manager.insert(ImageTerm, postings(before, added));
  }

  /** Nobody sees it any more. */
  async remove(manager: EntityManager, image: Listed): Promise<void> {
    await this.deleteTerms(manager, image, splitTerms(image.terms));
    await manager.delete(ImageAudience, { imageId: image.id });
  }

  private async moveTerms(manager: EntityManager, image: Listed, isPublic: boolean): Promise<void> {
    const terms = splitTerms(image.terms);
    await this.deleteTerms(manager, { ...image, visibility: isPublic ? 'private' : 'public' }, terms);
    const moved: Listed = { ...image, visibility: isPublic ? 'public' : 'private' };
    await manager.insert(ImageTerm, postings(moved, terms));
  }

  private async deleteTerms(manager: EntityManager, image: Listed, terms: readonly string[]): Promise<void> {
    if (terms.length === 0) return;
    const isPublic = image.visibility === 'public';
    const keys = terms.map((term) => postingOf(term, isPublic));
    await manager.delete(ImageTerm, { imageId: image.id, term: In(keys) });
  }
}

function row(image: Listed, audience: string): ImageAudience {
  const { id: imageId, personId, name, taskType, title, usedAtMs, sizeBytes, terms } = image;
  return { audience, imageId, personId, name, taskType, title, usedAtMs, sizeBytes, terms };
}

function postings({ id, visibility }: Listed, terms: readonly string[]): ImageTerm[] {
  return terms.map((term) => ({ term: postingOf(term, visibility === 'public'), imageId: id }));
}
