import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller';
import { PersonsService } from '../auth/persons.service';
import { isDomainError, isOutage } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import type { ArtifactKind } from '../harbor/harbor.types';
import { ImagePages, type ImagePage } from '../images/lists/image-pages';
import type { CatalogedImage } from '../images/images.service';
import { requireTaskType } from '../images/task-type';
import { askerOf, LookupService, type Outcome } from './lookup.service';
import type { Answer } from './lookup-answer';
import { mergeByAge } from './merged-by-age';

/** An image of this task type is good for any. */
const ANY_TASK = 'all';
const KINDS_THAT_RUN: readonly ArtifactKind[] = ['image', 'index'];
/** A list shows what is known; the job itself looks. */
const ANY_AGE_MS = Number.MAX_SAFE_INTEGER;

export interface AvailableQuery {
  /** The username whose job it is; a person asks for himself. */
  for?: string;
  taskType?: string;
  platform?: string;
  q?: string;
}

/** An image that a new job may run. */
export interface AvailableImage {
  found: CatalogedImage;
  /** What a lookup says of it; null while Harbor is away and that is needed to know. */
  answer: Answer | null;
}

export interface AvailablePage {
  items: AvailableImage[];
  /** The image after which the next page begins; null: there is none. */
  nextAfterId: string | null;
}

/** What a person may choose for a new job: what he sees in the catalog and a lookup would let him run. */
@Injectable()
export class AvailableImages {
  constructor(
    private readonly persons: PersonsService,
    private readonly pages: ImagePages,
    private readonly lookups: LookupService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Newest first. A page can have fewer than `limit`, and a next one all the same.
   * @throws DomainError invalid `lookup.for-required`, `image.task-type-unknown`; forbidden `lookup.for-forbidden`
   */
  async list(
    caller: Caller,
    query: AvailableQuery,
    afterId: string | null,
    limit: number,
  ): Promise<AvailablePage> {
    const viewer = { personId: await this.personIdOf(caller, query.for), isAdmin: false };
    const { platform, q } = query;
    const wanted = {
      scope: 'available' as const,
      sort: 'newest' as const,
      ...(platform === undefined ? {} : { platform }),
      ...(q === undefined ? {} : { q }),
    };
    const after = afterId === null ? null : { key: null, imageId: afterId };
    const found = await Promise.all(
      this.taskTypesFor(query.taskType).map(async (taskType): Promise<ImagePage> => {
        const ofType = taskType === null ? wanted : { ...wanted, taskType };
        return this.pages.list(viewer, ofType, after, limit);
      }),
    );
    const { images, nextAfterId } = mergeByAge(
      found.map((page) => ({ images: page.images, nextAfterId: page.next?.imageId ?? null })),
      limit,
    );
    return { items: await this.onlyRunnable(caller, query.for, images), nextAfterId };
  }

  private async personIdOf(caller: Caller, username: string | undefined): Promise<string | null> {
    const asker = askerOf(caller, username);
    if ('personId' in asker) return asker.personId;
    return (await this.persons.findByUsername(asker.username))?.id ?? null;
  }

  /** Null: of any. */
  private taskTypesFor(taskType: string | undefined): (string | null)[] {
    if (taskType === undefined) return [null];
    const { taskTypes } = this.config.images;
    requireTaskType(taskType, taskTypes, '?taskType');
    const any = taskTypes.includes(ANY_TASK) && taskType !== ANY_TASK ? [ANY_TASK] : [];
    return [taskType, ...any];
  }

  private async onlyRunnable(
    caller: Caller,
    username: string | undefined,
    images: readonly CatalogedImage[],
  ): Promise<AvailableImage[]> {
    const runnable = images.filter(({ image, record }) =>
      KINDS_THAT_RUN.includes(record?.kind ?? image.kind),
    );
    const { address } = this.config.registry;
    const links = runnable.map(({ image }) => `${address}/${image.name}`);
    const question = { maxAgeMs: ANY_AGE_MS, requireFresh: false };
    const asked = username === undefined ? question : { ...question, for: username };
    const outcomes = await this.lookups.answerAll(caller, asked, links);
    return runnable.flatMap((found, place) => availableOf(found, outcomes[place]));
  }
}

/** None when a lookup would refuse it. */
function availableOf(found: CatalogedImage, outcome: Outcome | undefined): AvailableImage[] {
  if (outcome === undefined) throw new Error(`${found.image.id} was not looked up`);
  if (outcome.ok) return [{ found, answer: outcome.answer }];
  if (isOutage(outcome.error)) return [{ found, answer: null }];
  if (isDomainError(outcome.error)) return [];
  throw outcome.error;
}
