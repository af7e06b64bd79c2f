import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Image } from '../image.entity';
import { marks } from '../lists/list-sql';
import { ImageAccess } from './image-access';
import { ImageVisibility, type SeenAs } from './image-visibility';

/** By what somebody runs an image: he may pull it, only his jobs may (somebody shows it to him), or nobody lets him. */
export type ImageRight = 'theirs' | 'jobs-only' | 'none';

export interface KnownRight {
  /** Undefined: it is not known. */
  right: ImageRight | undefined;
  /** It is in the personal project of somebody who left. */
  ownerHasLeft: boolean;
}

interface ProjectRow {
  imageId: string;
  visibility: string;
  ownerPersonId: string | null;
  offboardedAt: unknown;
}

type Listed = Pick<Image, 'id' | 'name' | 'personId' | 'project'>;

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

  /** Of each image, by its id. @param personId null is somebody whom Berth does not know */
  async of(
    personId: string | null,
    images: readonly { image: Listed; seenAs: SeenAs | 'admin' }[],
  ): Promise<ReadonlyMap<string, KnownRight>> {
    const projects = await this.projectsOf(images.map(({ image }) => image.id));
    const known = new Map<string, KnownRight>();
    const closed: Listed[] = [];
    for (const { image, seenAs } of images) {
      const project = projects.get(image.id);
      const mayPull = seenAs === 'admin' ? undefined : this.mayPull(personId, image.project, project);
      if (mayPull === false) closed.push(image);
      known.set(image.id, { right: mayPull === true ? 'theirs' : undefined, ...ownerOf(project) });
    }
    if (closed.length === 0) return known;
    const givers = await this.visibility.giversOf(
      personId,
      closed.map(({ name }) => name),
    );
    for (const { id, name, project } of closed) {
      const isOpen = (givers.get(name) ?? []).some(
        (giver) => this.mayPull(giver, project, projects.get(id)) !== false,
      );
      known.set(id, { right: isOpen ? 'jobs-only' : 'none', ...ownerOf(projects.get(id)) });
    }
    return known;
  }

  /** Undefined: Harbor has to be asked, and will be. */
  private mayPull(
    personId: string | null,
    project: string,
    kept: ProjectRow | undefined,
  ): boolean | undefined {
    const isOwner = personId !== null && kept?.ownerPersonId === personId;
    if (isOwner || kept?.visibility === 'public') return true;
    const known = this.access.known(personId, project);
    if (known === undefined || known.ageMs > ASK_AGAIN_MS) this.askBeside(personId, project);
    return known?.mayPull;
  }

  private async projectsOf(imageIds: readonly string[]): Promise<ReadonlyMap<string, ProjectRow>> {
    if (imageIds.length === 0) return new Map();
    const rows = await this.dataSource.query<ProjectRow[]>(
      'SELECT i.id AS imageId, p.visibility, p.ownerPersonId, o.offboardedAt FROM images i ' +
        'JOIN projects p ON p.name = i.project LEFT JOIN persons o ON o.id = p.ownerPersonId ' +
        `WHERE i.id IN (${marks(imageIds)})`,
      [...imageIds],
    );
    return new Map(rows.map((row) => [row.imageId, row]));
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

function ownerOf(project: ProjectRow | undefined): Pick<KnownRight, 'ownerHasLeft'> {
  return { ownerHasLeft: project !== undefined && project.offboardedAt !== null };
}
