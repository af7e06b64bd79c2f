import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { ImageAudience } from './sharing/image-audience.entity';

/** What somebody else may have in his catalog: one tag with its digest, or (tag null) anything of a repository. */
export interface ImportedPlace {
  project: string;
  repository: string;
  tag: string | null;
  digest: string | null;
}

/** Who has something in the catalog, for those who would take it away. */
@Injectable()
export class ImageImporters {
  constructor(@InjectRepository(ImageAudience) private readonly audiences: Repository<ImageAudience>) {}

  /** How many people other than this one have it. */
  async countOthers(personId: string, { project, repository, tag, digest }: ImportedPlace): Promise<number> {
    const path = `${project}/${repository}`;
    const query = this.audiences
      .createQueryBuilder('image')
      .select('COUNT(DISTINCT image.personId)', 'others')
      .where('image.personId <> :personId', { personId });
    if (tag === null) {
      // Of the names in a repository the next character is `:` or `@`; `;` and `A` come right after them.
      query.andWhere(
        '((image.name >= :tags AND image.name < :afterTags) OR (image.name >= :digests AND image.name < :afterDigests))',
        { tags: `${path}:`, afterTags: `${path};`, digests: `${path}@`, afterDigests: `${path}A` },
      );
    } else {
      const names = [
        `${path}:${tag}`,
        ...(digest === null ? [] : [`${path}:${tag}@${digest}`, `${path}@${digest}`]),
      ];
      query.andWhere('image.name IN (:...names)', { names });
    }
    return Number((await query.getRawOne<{ others: string | number }>())?.others ?? 0);
  }
}
