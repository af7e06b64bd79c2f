import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Image } from '../image.entity';
import type { ImagePlace } from '../lists/image-rows';
import { ImageAccess } from './image-access';
import { ImageVisibility, type Audiences, type SeenAs } from './image-visibility';

/** By what somebody runs an image: he may pull it, only his jobs may (somebody shows it to him), or nobody lets him. */
export type ImageRight = 'theirs' | 'jobs-only' | 'none';

export interface KnownRight {
  /** Undefined: it is not known. */
  right: ImageRight | undefined;
  /** It is in the personal project of somebody who left. */
  ownerHasLeft: boolean;
}

interface Listed {
  image: Pick<Image, 'id' | 'name' | 'project'>;
  place: ImagePlace | null;
  seenAs: SeenAs | 'admin';
}

/** No list waits for Harbor: it is asked beside them, little by little, and the next one knows. */
const PAUSE_MS = 50;
const MAX_DUE = 200;
const ASK_AGAIN_MS = 300_000;

/** Who may run the images of a list, as far as it is known without asking Harbor. */
@Injectable()
export class KnownRights {
  private readonly due = new Map<string, { personId: string | null; project: string }>();
  private isAsking = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly access: ImageAccess,
    private readonly visibility: ImageVisibility,
  ) {}

  /**
   * Of each image, by its id.
   * @param personId null is somebody whom Berth does not know
   * @param audiences theirs
   */
  async of(
    personId: string | null,
    audiences: Audiences,
    images: readonly Listed[],
  ): Promise<ReadonlyMap<string, KnownRight>> {
    const known = new Map<string, KnownRight>();
    const closed: Listed[] = [];
    for (const listed of images) {
      const mayPull = listed.seenAs === 'admin' ? undefined : this.mayPull(personId, listed);
      if (mayPull === false) closed.push(listed);
      known.set(listed.image.id, { right: mayPull === true ? 'theirs' : undefined, ...ownerOf(listed) });
    }
    if (closed.length === 0) return known;
    const givers = await this.visibility.giversAmong(
      audiences,
      closed.map(({ image }) => image.name),
    );
    for (const listed of closed) {
      const { id, name } = listed.image;
      const isOpen = (givers.get(name) ?? []).some((giver) => this.mayPull(giver, listed) !== false);
      known.set(id, { right: isOpen ? 'jobs-only' : 'none', ...ownerOf(listed) });
    }
    return known;
  }

  /** Is it the personal project of somebody who left? */
  async hasOwnerLeft(project: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      'SELECT 1 FROM projects j JOIN persons o ON o.id = j.ownerPersonId WHERE j.name = ? AND o.offboardedAt IS NOT NULL',
      [project],
    );
    return rows.length > 0;
  }

  /** Undefined: Harbor has to be asked, and will be. */
  private mayPull(
    personId: string | null,
    { image: { project }, place }: Pick<Listed, 'image' | 'place'>,
  ): boolean | undefined {
    const isOwner = personId !== null && place?.ownerPersonId === personId;
    if (isOwner || place?.isPublic === true) return true;
    const known = this.access.known(personId, project);
    if (known === undefined || known.ageMs > ASK_AGAIN_MS) this.askBeside(personId, project);
    return known?.mayPull;
  }

  private askBeside(personId: string | null, project: string): void {
    if (this.due.size >= MAX_DUE) return;
    this.due.set(`${personId ?? ''} ${project}`, { personId, project });
    if (!this.isAsking) void this.askAll();
  }

  private async askAll(): Promise<void> {
    this.isAsking = true;
    for (const [key, { personId, project }] of this.due) {
      // What Harbor does not tell stays unknown until it is asked for again.
      await this.access.askAgain([personId], project).catch(() => undefined);
      this.due.delete(key);
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
    this.isAsking = false;
  }
}

function ownerOf({ place }: Pick<Listed, 'place'>): Pick<KnownRight, 'ownerHasLeft'> {
  return { ownerHasLeft: place?.ownerHasLeft === true };
}
