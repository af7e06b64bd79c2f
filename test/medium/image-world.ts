import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { groupAudience, ownerAudience, personAudience, PUBLIC } from '../../src/images/sharing/audience';
import { ImageAudience } from '../../src/images/sharing/image-audience.entity';
import { ImageTerm } from '../../src/images/lists/image-term.entity';
import { Image } from '../../src/images/image.entity';
import { joinTerms, splitTerms, termsOf, titleKey, postingOf } from '../../src/images/lists/search-terms';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';
import { SearchWord } from '../../src/images/lists/search-word.entity';

export interface WorldImage {
  image: Image;
  record: TagRecord;
  /** Beside the owner's. */
  audiences: string[];
}

export interface ImageSeed {
  personId: string;
  description: string;
  repository?: string;
  tag?: string;
  project?: string;
  labels?: string[];
  taskType?: string;
  kind?: Image['kind'];
  architecture?: string;
  state?: TagRecord['state'];
  usedAtMs?: number;
  sizeBytes?: number;
  sharedWith?: { persons?: string[]; groups?: string[]; everybody?: boolean };
}

const DIGEST = `sha256:${'0'.repeat(64)}`;
const NO_RANDOM = new Uint8Array(16);
const AT = Date.parse('2026-01-01T00:00:00Z');

/** An image as an import would store it, with the shares that it has; images of one link have one record. */
export function imageOf(seed: ImageSeed, number: number, recordNumber = number): WorldImage {
  const at = timeOf(number);
  const { personId, description, repository = 'app', project = `user-${personId}`, labels = [] } = seed;
  const { tag = `v${number}`, taskType = 'pytorch', kind = 'image', architecture = 'amd64' } = seed;
  const platforms = [{ os: 'linux', architecture, digest: DIGEST }];
  const isPublic = seed.sharedWith?.everybody === true;
  const record = recordOf(
    { project, repository, tag, kind, platforms },
    seed.state ?? 'as-recorded',
    timeOf(recordNumber),
  );
  const image: Image = {
    id: idOf(at, number),
    personId,
    name: `${project}/${repository}:${tag}`,
    project,
    repository,
    tag,
    digest: null,
    tagRecordId: record.id,
    description,
    taskType,
    labels,
    described: {
      builtAt: null,
      entryPoint: [],
      command: [],
      exposedPorts: [],
      annotations: {},
      cudaVersion: null,
      pythonVersion: null,
      frameworks: [],
      suggestedTaskType: null,
    },
    kind,
    platforms,
    sizeBytes: seed.sizeBytes ?? number,
    visibility: isPublic ? 'public' : 'private',
    title: titleKey(description),
    usedAtMs: seed.usedAtMs ?? 0,
    terms: joinTerms(termsOf({ description, repository, tag, labels, project, kind, platforms })),
    goneSince: null,
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
  return {
    image,
    record,
    audiences: [
      ...(seed.sharedWith?.persons ?? []).map(personAudience),
      ...(seed.sharedWith?.groups ?? []).map(groupAudience),
      ...(isPublic ? [PUBLIC] : []),
    ],
  };
}

function recordOf(
  of: Pick<TagRecord, 'project' | 'repository' | 'tag' | 'kind' | 'platforms'>,
  state: TagRecord['state'],
  at: Date,
): TagRecord {
  const record: Omit<TagRecord, 'id'> = {
    ...of,
    harborProjectId: 1,
    recordedDigest: DIGEST,
    recordedPushedAt: null,
    currentDigest: state === 'gone' ? null : DIGEST,
    state,
    goneSince: null,
    recordedGone: false,
    flaggedDigest: null,
    sizeBytes: 1,
    firstSeenAt: at,
    checkedAt: at,
    checkedBy: 'check',
    retiredAt: null,
    life: 1,
    loggedRow: null,
    loggedDigest: null,
    sweptRound: null,
    historyCount: 0,
    version: 1,
  };
  return { ...record, id: idOf(at, 0) };
}

function timeOf(number: number): Date {
  return new Date(AT + number * 1000);
}

/** The same for the same image, so that it can be made again. */
function idOf(at: Date, seq: number): string {
  return uuidv7({ msecs: at.getTime(), seq, random: NO_RANDOM });
}

/** Stores images in their tables, many rows a statement. */
export async function storeImages(dataSource: DataSource, world: readonly WorldImage[]): Promise<void> {
  const images = world.map(({ image }) => image);
  const audiences = world.flatMap(({ image, audiences: more }) =>
    [ownerAudience(image.personId), ...more].map((audience): ImageAudience => {
      const { id: imageId, personId, name, taskType, title, usedAtMs, sizeBytes, terms } = image;
      return { audience, imageId, personId, name, taskType, title, usedAtMs, sizeBytes, terms };
    }),
  );
  const terms = images.flatMap(({ id, terms: joined, visibility }) =>
    splitTerms(joined).map((term) => ({ term: postingOf(term, visibility === 'public'), imageId: id })),
  );
  const words = [...new Set(terms.map(({ term }) => term.slice(1)))].filter((term) => !/^[#~@/]/.test(term));
  await inParts(
    world.map(({ record }) => record),
    (part) => dataSource.manager.insert(TagRecord, part),
  );
  await inParts(images, (part) => dataSource.manager.insert(Image, part));
  await inParts(audiences, (part) => dataSource.manager.insert(ImageAudience, part));
  await inParts(terms, (part) => dataSource.manager.insert(ImageTerm, part));
  await inParts(words, (part) =>
    dataSource
      .createQueryBuilder()
      .insert()
      .into(SearchWord)
      .values(part.map((word) => ({ word })))
      .orIgnore()
      .execute(),
  );
}

async function inParts<T>(all: readonly T[], store: (part: T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < all.length; from += 400) await store(all.slice(from, from + 400));
}
