import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { groupAudience, ownerAudience, personAudience, PUBLIC } from '../../src/images/sharing/audience';
import { ImageAudience } from '../../src/images/sharing/image-audience.entity';
import { ImageTerm } from '../../src/images/lists/image-term.entity';
import { Image } from '../../src/images/image.entity';
import {
  filterTerms,
  joinTerms,
  kindTermsOf,
  splitTerms,
  termsOf,
  titleKey,
} from '../../src/images/lists/search-terms';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';

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
    { project, repository, tag, kind, platforms, sizeBytes: seed.sizeBytes ?? number },
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
    sizeBytes: record.sizeBytes,
    standing: { kind, platforms, sizeBytes: record.sizeBytes, state: record.state },
    visibility: isPublic ? 'public' : 'private',
    title: titleKey(description),
    usedAtMs: seed.usedAtMs ?? 0,
    terms: joinTerms(termsOf({ description, repository, tag, labels, project })),
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
  of: Pick<TagRecord, 'project' | 'repository' | 'tag' | 'kind' | 'platforms' | 'sizeBytes'>,
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
      const { id: imageId, personId, name } = image;
      return { audience, imageId, personId, name };
    }),
  );
  const terms = world.flatMap(listedUnder);
  await inParts(
    world.map(({ record }) => record),
    (part) => dataSource.manager.insert(TagRecord, part),
  );
  await inParts(images, (part) => dataSource.manager.insert(Image, part));
  await inParts(audiences, (part) => dataSource.manager.insert(ImageAudience, part));
  await inParts(terms, (part) => dataSource.manager.insert(ImageTerm, part));
}

/** What image_terms has of it. */
export function listedUnder({ image, audiences }: Pick<WorldImage, 'image' | 'audiences'>): ImageTerm[] {
  const { id: imageId, personId, title, usedAtMs, visibility, terms, taskType, standing } = image;
  const { sizeBytes } = standing;
  const ofAudiences = [ownerAudience(personId), ...audiences].map(filterTerms.audience);
  return [...splitTerms(terms), ...kindTermsOf({ taskType, ...standing }), ...ofAudiences].map((term) => {
    return { term, imageId, title, usedAtMs, sizeBytes, isPublic: visibility === 'public' };
  });
}

async function inParts<T>(all: readonly T[], store: (part: T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < all.length; from += 400) await store(all.slice(from, from + 400));
}
