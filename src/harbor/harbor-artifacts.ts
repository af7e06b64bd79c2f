import type { DomainError } from '../common/errors';
import { allPages, PAGE_SIZE } from './all-pages';
import type { components } from './harbor-api.generated';
import type { HarborOperation, Refused } from './harbor-operation';
import type {
  ArtifactKind,
  ArtifactLook,
  ArtifactPlatform,
  ArtifactSize,
  Deleted,
  HarborAccessory,
  HarborArtifact,
  HarborRepository,
  HarborTag,
  Page,
  ScannedArtifact,
  ShownArtifact,
} from './harbor.types';
import { annotations, imageConfig } from './image-config';
import { projectExists, refusedInProject, saysProjectAbsent } from './project-refusal';
import { scanOf } from './scan-overview';

type Schemas = components['schemas'];

/** Where an artifact is: by a tag or a digest. */
export interface ArtifactAddress {
  project: string;
  repository: string;
  reference: string;
}

const REPOSITORIES = '/projects/{project_name}/repositories';
const REPOSITORY = '/projects/{project_name}/repositories/{repository_name}';
const ARTIFACT = '/projects/{project_name}/repositories/{repository_name}/artifacts/{reference}';
const TAGS = '/projects/{project_name}/repositories/{repository_name}/artifacts/{reference}/tags';

const ACCESSORIES =
  '/projects/{project_name}/repositories/{repository_name}/artifacts/{reference}/accessories';

const INDEX_MEDIA_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

export async function look(harbor: HarborOperation, at: ArtifactAddress): Promise<ArtifactLook> {
  // Without tags: Harbor would read every tag of the digest (5,000 of them take 26 s, goharbor/harbor#13099).
  const answer = await harbor.get(ARTIFACT, { path: artifactPath(at), query: { with_tag: false } });
  if (answer.ok) return { found: true, artifact: artifact(answer.body, at.project) };
  if (answer.meaning === 'artifact-absent') return { found: false, absent: 'artifact' };
  if (answer.meaning === 'repository-absent') {
    // Harbor looks for the repository first, and says this of an absent project too.
    return { found: false, absent: (await projectExists(harbor, at.project)) ? 'repository' : 'project' };
  }
  if (await saysProjectAbsent(harbor, answer, at.project)) return { found: false, absent: 'project' };
  throw answer.rejection();
}

export async function findScanned(
  harbor: HarborOperation,
  at: ArtifactAddress,
): Promise<ScannedArtifact | null> {
  const query = { with_tag: false, with_scan_overview: true };
  const answer = await harbor.get(ARTIFACT, { path: artifactPath(at), query });
  if (answer.ok) return scanned(answer.body, at.project);
  if (answer.meaning === 'artifact-absent' || answer.meaning === 'repository-absent') return null;
  if (await saysProjectAbsent(harbor, answer, at.project)) return null;
  throw answer.rejection();
}

export async function listRepositories(
  harbor: HarborOperation,
  project: string,
  page: number,
): Promise<Page<HarborRepository>> {
  const query = { sort: 'name', page, page_size: PAGE_SIZE };
  const answer = await harbor.get(REPOSITORIES, { path: { project_name: project }, query });
  if (!answer.ok) throw await refusedInProject(harbor, answer, project);
  const items = answer.body.map((found) => repository(found, project));
  return { items, hasMore: items.length === PAGE_SIZE };
}

export interface RepositoriesAfter {
  project: string;
  /** Only repositories with a greater id; 0 begins. */
  afterRepositoryId: number;
  /** 1 to 100. */
  limit: number;
}

export interface ListedAfter extends ArtifactsAfter {
  /** Those too that carry no tag. */
  withUntagged?: boolean;
}

/** By id, so that no page is skipped or seen twice when repositories come and go meanwhile. */
export async function listRepositoriesById(
  harbor: HarborOperation,
  { project, afterRepositoryId, limit }: RepositoriesAfter,
): Promise<Page<HarborRepository>> {
  const query = {
    q: `repository_id=[${afterRepositoryId + 1}~]`,
    sort: 'repository_id',
    page: 1,
    page_size: limit,
  };
  const answer = await harbor.get(REPOSITORIES, { path: { project_name: project }, query });
  if (!answer.ok) throw await refusedInProject(harbor, answer, project);
  return {
    items: answer.body.map((found) => repository(found, project)),
    hasMore: answer.body.length === limit,
  };
}

export async function findRepository(
  harbor: HarborOperation,
  project: string,
  name: string,
): Promise<HarborRepository | null> {
  const answer = await harbor.get(REPOSITORY, { path: { project_name: project, repository_name: name } });
  if (answer.ok) return repository(answer.body, project);
  if (answer.meaning === 'repository-absent' || (await saysProjectAbsent(harbor, answer, project)))
    return null;
  throw answer.rejection();
}

export async function deleteRepository(
  harbor: HarborOperation,
  project: string,
  name: string,
): Promise<Deleted | 'protected'> {
  const answer = await harbor.delete(REPOSITORY, { path: { project_name: project, repository_name: name } });
  if (answer.ok) return 'deleted';
  if (answer.meaning === 'tag-immutable') return 'protected';
  if (answer.meaning === 'repository-absent' || (await saysProjectAbsent(harbor, answer, project)))
    return 'absent';
  throw answer.rejection();
}

export interface ArtifactsAfter {
  project: string;
  /** Only artifacts with a greater id; 0 begins. */
  afterArtifactId: number;
  /** 1 to 100. */
  limit: number;
}

/** By id, so that no page is skipped or seen twice when artifacts come and go meanwhile. */
export async function listArtifacts(
  harbor: HarborOperation,
  { project, repository: name, ...after }: ListedAfter & { repository: string },
): Promise<Page<HarborArtifact>> {
  const answer = await harbor.get('/projects/{project_name}/repositories/{repository_name}/artifacts', {
    path: { project_name: project, repository_name: name },
    query: withTags(after),
  });
  if (!answer.ok && answer.meaning === 'repository-absent') throw answer.changed();
  if (!answer.ok) throw await refusedInProject(harbor, answer, project);
  return artifactPage(answer.body, project, after.limit);
}

export interface ArtifactsUpTo {
  project: string;
  repository: string;
  /** Only artifacts with this id or a smaller one; null begins with the newest. */
  upToArtifactId: number | null;
  /** 1 to 100. */
  limit: number;
}

/** Those that carry a tag, newest first by id, with their tags; null where there is no such repository. */
export async function listTaggedArtifacts(
  harbor: HarborOperation,
  upTo: ArtifactsUpTo,
): Promise<Page<HarborArtifact> | null> {
  const found = await newestFirst(harbor, upTo, {});
  return found === null ? null : artifactPage(found, upTo.project, upTo.limit);
}

/** As listTaggedArtifacts, with what is attached to each. */
export async function listShownArtifacts(
  harbor: HarborOperation,
  upTo: ArtifactsUpTo,
): Promise<Page<ShownArtifact> | null> {
  const found = await newestFirst(harbor, upTo, { with_accessory: true, with_scan_overview: true });
  if (found === null) return null;
  const items = found.map((item) => ({
    ...scanned(item, upTo.project),
    accessories: (item.accessories ?? []).map(accessory),
  }));
  return { items, hasMore: items.length === upTo.limit };
}

async function newestFirst(
  harbor: HarborOperation,
  { project, repository: name, upToArtifactId, limit }: ArtifactsUpTo,
  more: { with_accessory?: boolean; with_scan_overview?: boolean },
): Promise<Schemas['Artifact'][] | null> {
  const q = upToArtifactId === null ? 'tags=*' : `tags=*,id=[~${upToArtifactId}]`;
  const answer = await harbor.get('/projects/{project_name}/repositories/{repository_name}/artifacts', {
    path: { project_name: project, repository_name: name },
    query: { q, sort: '-id', page: 1, page_size: limit, with_tag: true, ...more },
  });
  if (answer.ok) return answer.body;
  if (answer.meaning === 'repository-absent') return null;
  throw await refusedInProject(harbor, answer, project);
}

export async function listProjectArtifacts(
  harbor: HarborOperation,
  { project, ...after }: ListedAfter,
): Promise<Page<HarborArtifact> | null> {
  const path = { project_name: project };
  const answer = await harbor.get('/projects/{project_name}/artifacts', { path, query: withTags(after) });
  if (!answer.ok && answer.meaning === 'call-unknown') return null;
  if (!answer.ok) throw await refusedInProject(harbor, answer, project);
  return artifactPage(answer.body, project, after.limit);
}

export interface SizesAfter extends ArtifactsAfter {
  /** Those that carry a tag, or those that carry none. */
  tagged: boolean;
}

export async function listProjectSizes(
  harbor: HarborOperation,
  { project, ...after }: SizesAfter,
): Promise<Page<ArtifactSize> | null> {
  const path = { project_name: project };
  const answer = await harbor.get('/projects/{project_name}/artifacts', { path, query: bare(after) });
  if (!answer.ok && answer.meaning === 'call-unknown') return null;
  if (!answer.ok) throw await refusedInProject(harbor, answer, project);
  return sizePage(answer.body, project, after.limit);
}

export async function listRepositorySizes(
  harbor: HarborOperation,
  { project, repository: name, ...after }: SizesAfter & { repository: string },
): Promise<Page<ArtifactSize>> {
  const answer = await harbor.get('/projects/{project_name}/repositories/{repository_name}/artifacts', {
    path: { project_name: project, repository_name: name },
    query: bare(after),
  });
  if (!answer.ok && answer.meaning === 'repository-absent') return { items: [], hasMore: false };
  if (!answer.ok) throw await refusedInProject(harbor, answer, project);
  return sizePage(answer.body, project, after.limit);
}

export async function listTags(harbor: HarborOperation, at: ArtifactAddress): Promise<HarborTag[]> {
  return allPages(async (paging) => {
    const query = { ...paging, with_immutable_status: true };
    const answer = await harbor.get(TAGS, { path: artifactPath(at), query });
    if (!answer.ok) throw await refusedAtArtifact(harbor, answer, at);
    return answer.body.map(tag);
  });
}

export async function listAccessories(
  harbor: HarborOperation,
  at: ArtifactAddress,
): Promise<HarborAccessory[]> {
  return allPages(async (query) => {
    const answer = await harbor.get(ACCESSORIES, { path: artifactPath(at), query });
    if (!answer.ok) throw await refusedAtArtifact(harbor, answer, at);
    return answer.body.map(accessory);
  });
}

export async function addTag(
  harbor: HarborOperation,
  at: ArtifactAddress,
  name: string,
): Promise<'added' | 'exists'> {
  const answer = await harbor.post(TAGS, { path: artifactPath(at), body: { name } });
  if (answer.ok) return 'added';
  if (answer.status === 409) return 'exists';
  throw await refusedAtArtifact(harbor, answer, at);
}

export async function deleteTag(
  harbor: HarborOperation,
  at: ArtifactAddress,
  name: string,
): Promise<Deleted | 'protected'> {
  const answer = await harbor.delete(`${TAGS}/{tag_name}`, { path: { ...artifactPath(at), tag_name: name } });
  if (answer.ok) return 'deleted';
  if (answer.meaning === 'tag-immutable') return 'protected';
  if (answer.status === 404 && answer.meaning !== 'call-unknown') return 'absent';
  throw answer.rejection();
}

export async function deleteArtifact(
  harbor: HarborOperation,
  at: ArtifactAddress,
): Promise<Deleted | 'protected' | 'held'> {
  const answer = await harbor.delete(ARTIFACT, { path: artifactPath(at) });
  if (answer.ok) return 'deleted';
  if (answer.meaning === 'tag-immutable') return 'protected';
  if (answer.meaning === 'artifact-held') return 'held';
  if (answer.meaning === 'artifact-absent' || answer.meaning === 'repository-absent') return 'absent';
  throw await refusedInProject(harbor, answer, at.project);
}

async function refusedAtArtifact(
  harbor: HarborOperation,
  refused: Refused,
  { project }: ArtifactAddress,
): Promise<DomainError> {
  const absent = refused.meaning === 'artifact-absent' || refused.meaning === 'repository-absent';
  return absent ? refused.changed() : refusedInProject(harbor, refused, project);
}

function artifactPath(at: ArtifactAddress): {
  project_name: string;
  repository_name: string;
  reference: string;
} {
  return { project_name: at.project, repository_name: at.repository, reference: at.reference };
}

/** By ascending id, with their tags. */
function withTags({ withUntagged = false, ...after }: Omit<ListedAfter, 'project'>): ReturnType<typeof byId> {
  return byId(after, withUntagged ? null : '*', true);
}

/** By ascending id, without their tags: Harbor would read all of each digest. */
function bare(after: KeysetPage & { tagged: boolean }): ReturnType<typeof byId> {
  return byId(after, after.tagged ? '*' : 'nil', false);
}

type KeysetPage = Omit<ArtifactsAfter, 'project'>;

function byId(
  { afterArtifactId, limit }: KeysetPage,
  tags: '*' | 'nil' | null,
  withTag: boolean,
): { q: string; sort: string; page: number; page_size: number; with_tag: boolean } {
  const id = `id=[${afterArtifactId + 1}~]`;
  const q = tags === null ? id : `tags=${tags},${id}`;
  return { q, sort: 'id', page: 1, page_size: limit, with_tag: withTag };
}

function artifactPage(found: Schemas['Artifact'][], project: string, limit: number): Page<HarborArtifact> {
  return { items: found.map((item) => artifact(item, project)), hasMore: found.length === limit };
}

function sizePage(found: Schemas['Artifact'][], project: string, limit: number): Page<ArtifactSize> {
  const items = found.map(({ id, size, repository_name: name }) => ({
    id,
    repository: name === undefined ? null : withoutProject(name, project),
    sizeBytes: size ?? 0,
  }));
  return { items, hasMore: items.length === limit };
}

function scanned(found: Schemas['Artifact'], project: string): ScannedArtifact {
  return { ...artifact(found, project), scan: scanOf(found.scan_overview) };
}

function artifact(found: Schemas['Artifact'], project: string): HarborArtifact {
  return {
    id: found.id,
    digest: found.digest,
    mediaType: found.manifest_media_type,
    artifactType: found.artifact_type ?? null,
    kind: kind(found),
    sizeBytes: found.size ?? 0,
    platforms: platforms(found),
    children: (found.references ?? []).map(({ child_digest: digest, platform }) => ({
      digest,
      hasPlatform: (platform?.architecture ?? '') !== '',
    })),
    config: kind(found) === 'image' ? imageConfig(found.extra_attrs ?? {}) : null,
    annotations: annotations(found.annotations),
    pushedAt: new Date(found.push_time),
    pulledAt: pulledAt(found.pull_time),
    repository: found.repository_name === undefined ? null : withoutProject(found.repository_name, project),
    repositoryId: found.repository_id,
    projectId: found.project_id,
    tags: (found.tags ?? []).map(tag),
  };
}

function kind({ type, manifest_media_type: mediaType }: Schemas['Artifact']): ArtifactKind {
  if (type === 'CHART') return 'helm-chart';
  if (type !== 'IMAGE') return 'other';
  return INDEX_MEDIA_TYPES.includes(mediaType) ? 'index' : 'image';
}

function platforms(found: Schemas['Artifact']): ArtifactPlatform[] {
  if (kind(found) === 'image') {
    const { os, architecture } = found.extra_attrs ?? {};
    const known = isName(os) && isName(architecture);
    return known ? [{ os, architecture, digest: found.digest }] : [];
  }
  return (found.references ?? []).flatMap(({ child_digest: digest, platform }) => {
    const { os, architecture, variant } = platform ?? {};
    // Attestations that buildx adds to an index are of the platform unknown/unknown.
    if (!isName(os) || !isName(architecture)) return [];
    return [{ os, architecture, ...(isName(variant) ? { variant } : {}), digest }];
  });
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value !== 'unknown';
}

function tag(found: Schemas['Tag']): HarborTag {
  return {
    id: found.id,
    name: found.name,
    pushedAt: new Date(found.push_time),
    pulledAt: pulledAt(found.pull_time),
    immutable: found.immutable ?? false,
  };
}

function accessory(found: Schemas['Accessory']): HarborAccessory {
  return {
    id: found.id,
    type: found.type,
    digest: found.digest,
    sizeBytes: found.size ?? 0,
    createdAt: new Date(found.creation_time),
  };
}

function repository(found: Schemas['Repository'], project: string): HarborRepository {
  return {
    id: found.id,
    name: withoutProject(found.name, project),
    projectId: found.project_id,
    artifactCount: found.artifact_count ?? 0,
    pullCount: found.pull_count ?? 0,
    createdAt: new Date(found.creation_time),
    updatedAt: new Date(found.update_time),
  };
}

function withoutProject(name: string, project: string): string {
  return name.startsWith(`${project}/`) ? name.slice(project.length + 1) : name;
}

/** Harbor writes "never" as a day of the year 1. */
function pulledAt(time: string | undefined): Date | null {
  if (time === undefined) return null;
  const at = new Date(time);
  return at.getUTCFullYear() <= 1 ? null : at;
}
