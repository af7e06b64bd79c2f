import { Injectable } from '@nestjs/common';
import type { PersonCaller } from '../../auth/caller';
import { isDomainError } from '../../common/errors';
import { LeasesService, type JobRun } from '../../jobs/leases.service';
import { includesRole, ProjectRoles } from '../../projects/project-roles';
import type { TagDigest } from '../../tag-rule/tag-digest.entity';
import { TagHistory } from '../../tag-rule/tag-history.service';
import { ImagesService } from '../images.service';

/** Of each digest. */
const MAX_JOBS = 10;

/** One digest that an image's tag had, and who ran it. */
export interface ImageHistoryEntry {
  entry: TagDigest;
  jobs: JobRun[];
}

export interface ImageHistoryPage {
  entries: ImageHistoryEntry[];
  total: number;
}

@Injectable()
export class ImageHistory {
  constructor(
    private readonly images: ImagesService,
    private readonly history: TagHistory,
    private readonly leases: LeasesService,
    private readonly roles: ProjectRoles,
  ) {}

  /**
   * What the image's tag was, the newest first; nothing for an image that was imported by its digest.
   * @throws DomainError not-found `image.not-found`, also when the caller may not see it or not run it any more
   */
  async list(
    caller: PersonCaller,
    id: string,
    beforePlace: number | null,
    limit: number,
  ): Promise<ImageHistoryPage> {
    const { image, record } = await this.images.get(caller, id);
    if (record === null) return { entries: [], total: 0 };
    await this.images.requireRight(caller, image);
    const entries = await this.history.list(record.id, beforePlace, limit);
    const digests = new Set(entries.flatMap(({ digest }) => digest ?? []));
    const jobs = new Map<string, JobRun[]>();
    for (const digest of digests) {
      jobs.set(digest, await this.leases.jobsOf(image.project, image.repository, digest, MAX_JOBS));
    }
    const isOwn = ({ forUsername }: JobRun): boolean => forUsername === caller.username;
    const isAll = [...jobs.values()].flat().every(isOwn) || (await this.isMaintainer(caller, image.project));
    const isShown = (job: JobRun): boolean => isAll || isOwn(job);
    return {
      entries: entries.map((entry) => ({
        entry,
        jobs: (jobs.get(entry.digest ?? '') ?? []).filter(isShown),
      })),
      total: record.historyCount,
    };
  }

  /** Importing grants nothing: whoever may only pull sees no jobs of others. Nor does anybody while Harbor is away. */
  private async isMaintainer({ isAdmin, personId }: PersonCaller, project: string): Promise<boolean> {
    if (isAdmin) return true;
    try {
      return includesRole(await this.roles.find(personId, project), 'maintainer');
    } catch (error) {
      if (isDomainError(error)) return false;
      throw error;
    }
  }
}
