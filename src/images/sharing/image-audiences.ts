import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { insertRows } from '../../database/insert-rows';
import type { Image } from '../image.entity';
import { ImageTerm } from '../lists/image-term.entity';
import { filterTerms, kindTermsOf, splitTerms } from '../lists/search-terms';
import { ownerAudience, PUBLIC } from './audience';
import { ImageAudience } from './image-audience.entity';

/**
 * The only writer of who may see an image and of what it is listed under. Always in the caller's transaction, which
 * has locked the image (lock-image.ts): so what is repeated here is never older than the image.
 */
@Injectable()
export class ImageAudiences {
  /** A new image: its owner sees it. */
  async add(manager: EntityManager, image: Image): Promise<void> {
    const audience = ownerAudience(image.personId);
    await manager.insert(ImageAudience, audienceRow(image, audience));
    await insertRows(manager, ImageTerm, rows(image, [...ownTermsOf(image), filterTerms.audience(audience)]));
  }

  /** One more audience sees it. Nothing happens when it does already. */
  async open(manager: EntityManager, image: Image, audience: string): Promise<boolean> {
    if (await manager.existsBy(ImageAudience, { audience, imageId: image.id })) return false;
    await manager.insert(ImageAudience, audienceRow(image, audience));
    await insertRows(manager, ImageTerm, rows(image, [filterTerms.audience(audience)]));
    if (audience === PUBLIC) await this.sort(manager, { ...image, visibility: 'public' });
    return true;
  }

  /** An audience sees it no longer; not for the owner's. Nothing happens when it did not. */
  async close(manager: EntityManager, image: Image, audience: string): Promise<boolean> {
    const { affected } = await manager.delete(ImageAudience, { audience, imageId: image.id });
    if (affected === 0) return false;
    await manager.delete(ImageTerm, { imageId: image.id, term: filterTerms.audience(audience) });
    if (audience === PUBLIC) await this.sort(manager, { ...image, visibility: 'private' });
    return true;
  }

  /** What it is sorted or found by changed; `before` is as it was stored. */
  async update(manager: EntityManager, before: Image, after: Image): Promise<void> {
    const had = new Set(ownTermsOf(before));
    const has = new Set(ownTermsOf(after));
    const gone = [...had].filter((term) => !has.has(term));
    const added = [...has].filter((term) => !had.has(term));
    if (gone.length > 0) await manager.delete(ImageTerm, { imageId: after.id, term: In(gone) });
    if (!isSortedAlike(before, after)) await this.sort(manager, after);
    if (added.length > 0) await insertRows(manager, ImageTerm, rows(after, added));
  }

  /** What it is sorted by is as the image says. */
  async sort(manager: EntityManager, image: Image): Promise<void> {
    const terms = [...ownTermsOf(image), ...(await this.audienceTerms(manager, image))];
    await manager.update(ImageTerm, { imageId: image.id, term: In(terms) }, sortKeysOf(image));
  }

  /** Nobody sees it any more. */
  async remove(manager: EntityManager, image: Image): Promise<void> {
    const terms = [...ownTermsOf(image), ...(await this.audienceTerms(manager, image))];
    await manager.delete(ImageTerm, { imageId: image.id, term: In(terms) });
    await manager.delete(ImageAudience, { imageId: image.id });
  }

  private async audienceTerms(manager: EntityManager, { id }: Image): Promise<string[]> {
    const select = { audience: true, imageId: true } as const;
    const found = await manager.find(ImageAudience, { select, where: { imageId: id } });
    return found.map(({ audience }) => filterTerms.audience(audience));
  }
}

/** Its audiences have terms beside these. */
function ownTermsOf(image: Image): string[] {
  const { taskType, standing } = image;
  return [...splitTerms(image.terms), ...kindTermsOf({ taskType, ...standing })];
}

function audienceRow({ id: imageId, personId, name }: Image, audience: string): ImageAudience {
  return { audience, imageId, personId, name };
}

function rows(image: Image, terms: readonly string[]): ImageTerm[] {
  return terms.map((term) => ({ term, imageId: image.id, ...sortKeysOf(image) }));
}

function sortKeysOf({ title, usedAtMs, standing, visibility }: Image): Omit<ImageTerm, 'term' | 'imageId'> {
  return { title, usedAtMs, sizeBytes: standing.sizeBytes, isPublic: visibility === 'public' };
}

function isSortedAlike(a: Image, b: Image): boolean {
  return a.title === b.title && a.usedAtMs === b.usedAtMs && a.standing.sizeBytes === b.standing.sizeBytes;
}
