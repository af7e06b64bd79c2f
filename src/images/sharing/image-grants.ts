import { Injectable } from '@nestjs/common';
import { isOutage, type DomainError } from '../../common/errors';
import { ImageAccess } from './image-access';
import { ImageVisibility, type VisibleImage } from './image-visibility';
import type { Image } from '../image.entity';

/** Why somebody may run what a link says. */
export interface ImageGrant {
  /** The image of this link that he sees: his own, else one shared with him, else a public one; null: none. */
  seen: VisibleImage | null;
  /** Of the project that holds it; null while Harbor is away, for an image that he sees. */
  harborProjectId: number | null;
  /** The image of somebody else by which jobs may pull it though he himself may not; null: he may pull it himself. */
  jobsThrough: Image | null;
  /** Whoever keeps the answer asks again then; null: only what changes ends it. */
  goodUntil: Date | null;
}

/** The one place that says whether a job of a person may run a link, for import, lookup and pull secrets. */
@Injectable()
export class ImageGrants {
  constructor(
    private readonly visibility: ImageVisibility,
    private readonly access: ImageAccess,
  ) {}

  /**
   * A person may run what he may pull, and what is shared with him (or with everybody) by somebody who may pull it.
   * While Harbor is away, what he sees stays his to run.
   * @param personId null is somebody whom Berth does not know: only what is public
   * @param name `project/repository:tag`, with `@digest` where the link has one
   * @returns null when he may not, as when it is absent
   * @throws DomainError outages of Harbor, for what he does not see
   */
  async find(personId: string | null, project: string, name: string): Promise<ImageGrant | null> {
    const image = personId === null ? null : await this.visibility.findOwn(personId, name);
    const own: VisibleImage | null = image && { image, seenAs: 'own' };
    const pullable = await this.unlessAway(() => this.access.pullableProjectId(personId, project));
    if (own !== null && pullable !== null) {
      return { seen: own, harborProjectId: idOf(pullable), jobsThrough: null, goodUntil: null };
    }
    const { images, goodUntil } = await this.visibility.findOthers(personId, name);
    const seen = own ?? images[0] ?? null;
    if (typeof pullable === 'number') {
      return { seen, harborProjectId: pullable, jobsThrough: null, goodUntil };
    }
    for (const { image: other } of images) {
      const held = await this.unlessAway(() => this.heldBy(other));
      if (held !== null) return { seen, harborProjectId: idOf(held), jobsThrough: other, goodUntil };
    }
    if (pullable !== null) throw pullable;
    return null;
  }

  private async unlessAway<T>(ask: () => Promise<T>): Promise<T | DomainError> {
    try {
      return await ask();
    } catch (error) {
      if (isOutage(error)) return error;
      throw error;
    }
  }

  /** A share gives no more than its giver has. What somebody who left had shared before stays. */
  private async heldBy({ personId, project }: Image): Promise<number | null> {
    const held = await this.access.pullableProjectId(personId, project);
    return held ?? this.access.leaversProjectId(personId, project);
  }
}

/** While Harbor is away the id is not known. */
function idOf(found: number | DomainError): number | null {
  return typeof found === 'number' ? found : null;
}
