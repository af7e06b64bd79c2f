import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Image } from '../image.entity';
import type { ImagePlace } from '../lists/image-rows';
import { ImageAccess } from './image-access';
import { ImageVisibility, type Audiences, type SeenAs } from './image-visibility';

/**
 * By what somebody runs an image: he may pull it, only his jobs may (somebody shows it to him), or nobody lets him.
 * `unknown`: nothing says yet that he may.
 */
export type ImageRight = 'theirs' | 'jobs-only' | 'none' | 'unknown';

export interface KnownRight {
  /** Undefined: one of those by which he may run it, or Harbor is away; admins are told all. */
  right: ImageRight | undefined;
  /** It is in the personal project of somebody who left. */
  ownerHasLeft: boolean;
}

interface Listed {
  image: Pick<Image, 'id' | 'name' | 'project'>;
  place: ImagePlace | null;
  seenAs: SeenAs | 'admin';
}

/** What becomes of an image is told to those alone who may run it. */
export function isTold(right: ImageRight | undefined): boolean {
  return right !== 'none' && right !== 'unknown';
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
    const others: Listed[] = [];
    for (const listed of images) {
      const isAdmin = listed.seenAs === 'admin';
      if (!isAdmin && this.mayPull(personId, listed) !== true) others.push(listed);
      known.set(listed.image.id, { right: isAdmin ? undefined : 'theirs', ...ownerOf(listed) });
    }
    if (others.length === 0) return known;
    const givers = await this.visibility.giversAmong(
      audiences,
      others.map(({ image }) => image.name),
    );
    const unclear: Listed[] = [];
    for (const listed of others) {
      const { id, name } = listed.image;
      const right = this.rightOf(personId, givers.get(name) ?? [], listed);
      known.set(id, { right, ...ownerOf(listed) });
      if (right === 'unknown') unclear.push(listed);
    }
    const members = await this.membersOf(unclear.map(({ image }) => image.project));
    for (const listed of unclear) {
      const { id, name, project } = listed.image;
      const isMember = (one: string | null): boolean => members.has(`${one ?? ''} ${project}`);
      if (isMember(personId)) known.set(id, { right: 'theirs', ...ownerOf(listed) });
      else if ((givers.get(name) ?? []).some(isMember))
        known.set(id, { right: undefined, ...ownerOf(listed) });
    }
    return known;
  }

  /** Of one image, as in lists. */
  async ofOne(
    personId: string,
    { image, seenAs }: Pick<Listed, 'seenAs'> & { image: Pick<Image, 'id' | 'name' | 'project'> },
  ): Promise<KnownRight> {
    const place = await this.findPlace(image.project);
    const audiences = await this.visibility.audiencesOf(personId);
    const known = await this.of(personId, audiences, [{ image, place, seenAs }]);
    return known.get(image.id) ?? { right: 'unknown', ...ownerOf({ place }) };
  }

  private rightOf(
    personId: string | null,
    givers: readonly string[],
    listed: Listed,
  ): ImageRight | undefined {
    const own = this.mayPull(personId, listed);
    const theirs = givers.map((giver) => this.mayPull(giver, listed));
    if (theirs.includes(true)) return own === false ? 'jobs-only' : undefined;
    return own === undefined || theirs.includes(undefined) ? 'unknown' : 'none';
  }

  /** Who is a member, as Berth saw last: `personId project`. Harbor knows better, and is asked beside. */
  private async membersOf(projects: readonly string[]): Promise<ReadonlySet<string>> {
    if (projects.length === 0) return new Set();
    const names = [...new Set(projects)];
    const rows = await this.dataSource.query<{ personId: string; name: string }[]>(
      'SELECT m.personId AS personId, j.name AS name FROM projects j JOIN project_members m ON m.projectId = j.id ' +
        `WHERE m.seenRole IS NOT NULL AND m.wantedRole <> 'none' AND j.name IN (${names.map(() => '?').join(', ')})`,
      names,
    );
    return new Set(rows.map(({ personId, name }) => `${personId} ${name}`));
  }

  /** Is it the personal project of somebody who left? */
  async hasOwnerLeft(project: string): Promise<boolean> {
    return (await this.findPlace(project))?.ownerHasLeft === true;
  }

  private async findPlace(project: string): Promise<ImagePlace | null> {
    const [row] = await this.dataSource.query<
      { visibility: string; ownerPersonId: string | null; offboardedAt: unknown }[]
    >(
      'SELECT j.visibility AS visibility, j.ownerPersonId AS ownerPersonId, o.offboardedAt AS offboardedAt ' +
        'FROM projects j LEFT JOIN persons o ON o.id = j.ownerPersonId WHERE j.name = ?',
      [project],
    );
    if (row === undefined) return null;
    const { visibility, ownerPersonId, offboardedAt } = row;
    return { isPublic: visibility === 'public', ownerPersonId, ownerHasLeft: offboardedAt !== null };
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
