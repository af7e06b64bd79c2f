import type { PersonCaller } from '../../auth/caller';
import { Clock } from '../../common/clock';
import type { HarborClient } from '../../harbor/harbor.client';
import type { ArtifactSize, HarborRepository, Page } from '../../harbor/harbor.types';
import type { TagProblems } from '../../restoring/tag-problems';
import type { ProjectRoles } from '../project-roles';
import { ProjectUsages } from './project-usage.service';
import type { ProjectsService } from '../projects.service';

const caller: PersonCaller = {
  kind: 'person',
  personId: 'p',
  username: 'ada',
  isAdmin: false,
  sessionId: null,
  actedForBy: null,
};

interface SizesAfter {
  afterArtifactId: number;
  limit: number;
  tagged: boolean;
  repository?: string;
}

/** A Harbor whose artifacts are these; without the list of a whole project when it is old. */
class FakeHarbor {
  asked = 0;

  constructor(
    private readonly artifacts: (ArtifactSize & { tagged: boolean })[],
    private readonly isOld = false,
  ) {}

  listProjectSizes(after: SizesAfter): Promise<Page<ArtifactSize> | null> {
    return Promise.resolve(this.isOld ? null : this.page(after));
  }

  listRepositorySizes(after: SizesAfter): Promise<Page<ArtifactSize>> {
    return Promise.resolve(this.page(after));
  }

  listRepositories(): Promise<Page<Pick<HarborRepository, 'name'>>> {
    const names = new Set(this.artifacts.map(({ repository }) => repository ?? ''));
    return Promise.resolve({ items: [...names].map((name) => ({ name })), hasMore: false });
  }

  private page({ afterArtifactId, limit, tagged, repository }: SizesAfter): Page<ArtifactSize> {
    this.asked += 1;
    const found = this.artifacts.filter(
      (artifact) =>
        artifact.tagged === tagged &&
        artifact.id > afterArtifactId &&
        (repository === undefined || artifact.repository === repository),
    );
    const items = found.slice(0, limit).map(({ id, sizeBytes, repository: name }) => ({
      id,
      sizeBytes,
      repository: this.isOld ? null : name,
    }));
    return { items, hasMore: items.length === limit };
  }
}

function usagesOf(harbor: FakeHarbor): ProjectUsages {
  const project = { name: 'user-ada' };
  const projects = { observe: () => Promise.resolve({}), findQuota: () => Promise.resolve(null) };
  const roles = { require: () => Promise.resolve(project) };
  return new ProjectUsages(
    projects as unknown as ProjectsService,
    roles as unknown as ProjectRoles,
    harbor as unknown as HarborClient,
    new Clock(),
    { held: () => Promise.resolve({ artifacts: 0, sizeBytes: 0 }) } as unknown as TagProblems,
  );
}

function artifactsOf(
  repository: string,
  count: number,
  tagged: boolean,
  firstId = 1,
): (ArtifactSize & {
  tagged: boolean;
})[] {
  return Array.from({ length: count }, (_, index) => ({
    id: firstId + index,
    repository,
    sizeBytes: 10,
    tagged,
  }));
}

describe('ProjectUsages', () => {
  const some = [
    ...artifactsOf('small', 3, true, 1),
    ...artifactsOf('large', 250, true, 100),
    ...artifactsOf('small', 2, false, 500),
  ];
  const sums = [
    {
      repository: 'large',
      tagged: { artifacts: 250, sizeBytes: 2500 },
      untagged: { artifacts: 0, sizeBytes: 0 },
    },
    {
      repository: 'small',
      tagged: { artifacts: 3, sizeBytes: 30 },
      untagged: { artifacts: 2, sizeBytes: 20 },
    },
  ];

  it('adds up every page, the largest repository first', async () => {
    const usage = await usagesOf(new FakeHarbor(some)).get(caller, 'user-ada');
    expect(usage).toMatchObject({ quota: null, repositories: sums, complete: true });
  });

  it('goes by repository where Harbor has no list of a whole project', async () => {
    const usage = await usagesOf(new FakeHarbor(some, true)).get(caller, 'user-ada');
    expect(usage).toMatchObject({ repositories: sums, complete: true });
  });

  it.each([false, true])('stops after 60 pages, and says so (old Harbor: %s)', async (isOld) => {
    const harbor = new FakeHarbor(artifactsOf('large', 7000, true), isOld);
    const usage = await usagesOf(harbor).get(caller, 'user-ada');
    expect(harbor.asked).toBeLessThanOrEqual(60);
    expect(usage.complete).toBe(false);
    expect(usage.repositories[0]?.tagged.artifacts).toBeGreaterThan(5000);
  });

  it('answers the 200 largest repositories, and says that there are more', async () => {
    const many = Array.from({ length: 201 }, (_, index) => ({
      id: index + 1,
      repository: `r${index}`,
      sizeBytes: index,
      tagged: true,
    }));
    const usage = await usagesOf(new FakeHarbor(many)).get(caller, 'user-ada');
    expect(usage.repositories).toHaveLength(200);
    expect(usage.repositories.map(({ repository }) => repository)).not.toContain('r0');
    expect(usage.complete).toBe(false);
  });
});
