import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import type { HarborClient } from '../harbor/harbor.client';
import type { HarborArtifact, HarborRepository, Page } from '../harbor/harbor.types';
import type { SweptRecords } from '../tag-rule/swept-records';
import { type ListedPage, type ListingPlace, ProjectListing } from './project-listing';
import { ShownArtifacts } from './shown-artifacts';
import type { Pace } from './sweep-pace';

const SWEPT = { project: 'user-ada', harborProjectId: 2, round: 1 };
const CLOCKS = { createdAt: new Date(0), updatedAt: new Date(0) };

/** Repositories with artifacts by their ids, in pages as Harbor's. */
class FakeHarbor {
  calls = 0;
  listsProjects = true;
  readonly repositories: { id: number; name: string }[] = [];
  readonly artifacts: { id: number; repository: string; tags: string[] }[] = [];
  /** Answers conflict when it is listed. */
  gone = '';

  async listProjectArtifacts(after: { afterArtifactId: number }): Promise<Page<HarborArtifact> | null> {
    this.calls += 1;
    return Promise.resolve(this.listsProjects ? this.page(after.afterArtifactId, () => true) : null);
  }

  async listArtifacts(after: { repository: string; afterArtifactId: number }): Promise<Page<HarborArtifact>> {
    this.calls += 1;
    if (after.repository === this.gone) throw new DomainError('conflict', 'harbor.changed');
    return Promise.resolve(this.page(after.afterArtifactId, (name) => name === after.repository));
  }

  async listRepositoriesById(after: { afterRepositoryId: number }): Promise<Page<HarborRepository>> {
    this.calls += 1;
    const items = this.repositories
      .filter(({ id }) => id > after.afterRepositoryId)
      .slice(0, 100)
      .map((one) => ({ ...one, ...CLOCKS, projectId: 1, artifactCount: 1, pullCount: 0 }));
    return Promise.resolve({ items, hasMore: items.length === 100 });
  }

  private page(afterId: number, isOf: (repository: string) => boolean): Page<HarborArtifact> {
    const items = this.artifacts
      .filter(({ id, repository }) => id > afterId && isOf(repository))
      .slice(0, 100)
      .map(artifact);
    return { items, hasMore: items.length === 100 };
  }
}

function artifact({ id, repository, tags }: FakeHarbor['artifacts'][number]): HarborArtifact {
  return {
    id,
    digest: `sha256:${String(id).padStart(64, '0')}`,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: null,
    kind: 'image',
    sizeBytes: 1,
    platforms: [],
    children: [],
    config: null,
    annotations: {},
    pushedAt: new Date(0),
    pulledAt: null,
    repository,
    repositoryId: 1,
    projectId: 2,
    tags: tags.map((name, index) => ({
      id: id * 10 + index,
      name,
      pushedAt: new Date(0),
      pulledAt: null,
      immutable: false,
    })),
  };
}

const pace: Pace = { calls: 0, ask: async (call) => call() };

describe('ProjectListing', () => {
  let harbor: FakeHarbor;
  let counts: Map<string, number>;
  let listing: ProjectListing;

  beforeEach(() => {
    harbor = new FakeHarbor();
    for (let number = 1; number <= 105; number += 1) {
      harbor.repositories.push({ id: number, name: `app-${String(number).padStart(3, '0')}` });
    }
    for (let id = 1; id <= 430; id += 1) {
      const repository = harbor.repositories[id <= 250 ? 0 : id % 105]?.name ?? '';
      harbor.artifacts.push({ id, repository, tags: [`v${id}`, 'berth-hold-x'] });
    }
    counts = new Map();
    const records = { countByRepository: async () => Promise.resolve(counts) } as unknown as SweptRecords;
    listing = new ProjectListing(harbor as unknown as HarborClient, records, new Clock());
  });

  async function read(pages: AsyncGenerator<ListedPage>): Promise<ListedPage[]> {
    const all: ListedPage[] = [];
    for await (const page of pages) all.push(page);
    return all;
  }
  const names = (pages: readonly ListedPage[]) =>
    pages.flatMap(({ tags }) => tags.map(({ repository, tag }) => `${repository}:${tag}`)).sort();
  const everything = () => harbor.artifacts.map(({ id, repository }) => `${repository}:v${id}`).sort();

  it('lists a project in as many calls as it has pages, without holds', async () => {
    const pages = await read(listing.whole('user-ada', null, pace, new ShownArtifacts(true)));
    expect(names(pages)).toEqual(everything());
    expect(harbor.calls).toBe(5);
  });

  it('lists the same by repository, where Harbor has no list of a project, and asks for that once', async () => {
    harbor.listsProjects = false;
    expect(names(await read(listing.whole('user-ada', null, pace, new ShownArtifacts(true))))).toEqual(
      everything(),
    );
    const first = harbor.calls;
    await read(listing.whole('user-ada', null, pace, new ShownArtifacts(true)));
    expect(harbor.calls).toBe(2 * first - 1);
  });

  it.each([true, false])('goes on from any place with exactly what was left (whole: %s)', async (whole) => {
    harbor.listsProjects = whole;
    const pages = await read(listing.whole('user-ada', null, pace, new ShownArtifacts(true)));
    const places: (ListingPlace | null)[] = pages.map(({ next }) => next);
    for (const [index, place] of places.entries()) {
      if (place === null) continue;
      const rest = await read(listing.whole('user-ada', place, pace, new ShownArtifacts(true)));
      expect(names(rest)).toEqual(names(pages.slice(index + 1)));
    }
  });

  it('passes over a repository that is gone meanwhile', async () => {
    harbor.listsProjects = false;
    harbor.gone = 'app-003';
    const there = everything().filter((name) => !name.startsWith('app-003:'));
    expect(names(await read(listing.whole('user-ada', null, pace, new ShownArtifacts(true))))).toEqual(there);
  });

  it('reads of what is not kept only repositories with records, and half as many pages at most', async () => {
    counts = new Map([
      ['app-001', 4],
      ['app-002', 1],
      ['app-007', 3],
    ]);
    const pages = await read(listing.ofRecords(SWEPT, null, pace, new ShownArtifacts(true)));
    expect(new Set(names(pages).map((name) => name.split(':')[0]))).toEqual(new Set(['app-001', 'app-007']));
    expect(harbor.calls).toBe(3);
    const after = await read(
      listing.ofRecords(SWEPT, pages[1]?.next ?? null, pace, new ShownArtifacts(true)),
    );
    expect(new Set(names(after).map((name) => name.split(':')[0]))).toEqual(new Set(['app-001', 'app-007']));
  });
});
