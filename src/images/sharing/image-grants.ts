import { Injectable } from '@nestjs/common';
import { ImageAccess } from './image-access';
import { ImageVisibility } from './image-visibility';
import { askRight, type RunRight } from './run-right';

/** Whether a job of a person may run a link, as it stands now in the catalog and in Harbor. */
@Injectable()
export class ImageGrants {
  constructor(
    private readonly visibility: ImageVisibility,
    private readonly access: ImageAccess,
  ) {}

  /**
   * @param personId null is somebody whom Berth does not know
   * @param name `project/repository:tag`, with `@digest` where the link has one
   * @returns null when he may not, as when it is absent
   * @throws DomainError outages of Harbor, for what he does not see
   */
  async find(personId: string | null, project: string, name: string): Promise<RunRight | null> {
    const claim = await this.visibility.claimOf(personId, name);
    return askRight(claim, this.access.asksAbout(project));
  }
}
