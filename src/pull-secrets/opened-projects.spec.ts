import type { HarborProject } from '../harbor/harbor.types';
import type { RunRight } from '../images/sharing/run-right';
import { readJobQuestion } from '../jobs/job-question';
import { OpenedProjects } from './opened-projects';

const registry = { address: 'harbor.example.com', aliases: [] };
const links = (...names: string[]) =>
  readJobQuestion(
    'ada',
    names.map((name) => `harbor.example.com/${name}`),
    registry,
  ).links;

/** A Harbor with `team` (5), kept by Berth where `kept` says its id, and one record of a tag in project 5. */
function opening(
  situation: Partial<{
    found: Partial<HarborProject> | null;
    keptId: number | null;
    grant: Partial<RunRight> | null;
    shared: 'allow' | 'refuse';
  }>,
): OpenedProjects {
  const { found = {}, keptId = 5, grant = {}, shared = 'allow' } = situation;
  const project = found === null ? null : { id: 5, name: 'team', isPublic: false, ...found };
  const parts = {
    grants: {
      find: async () => Promise.resolve(grant && { harborProjectId: 5, through: 'ada', ...grant }),
    },
    projects: {
      findByName: async () =>
        Promise.resolve(keptId === null ? null : { name: 'team', harborProjectId: keptId }),
      observe: async () => Promise.resolve(project),
    },
    tagRecords: { find: async () => Promise.resolve({ harborProjectId: 5 }) },
    harbor: { findProject: async () => Promise.resolve(project) },
    config: { jobs: { pullSecretsOfShared: shared } },
  };
  const { grants, projects, tagRecords, harbor, config } = parts as Record<keyof typeof parts, never>;
  return new OpenedProjects(grants, projects, tagRecords, harbor, config);
}

const THROUGH = { through: 'bob' };

describe('OpenedProjects', () => {
  const open = async (situation: Parameters<typeof opening>[0], ...names: string[]) =>
    opening(situation).of({ id: 'ada' }, 'ada', links(...(names.length === 0 ? ['team/demo:v1'] : names)));

  it.each<[string, Parameters<typeof opening>[0], string]>([
    ['of the person', {}, 'theirs'],
    ['that is public', { found: { isPublic: true } }, 'public'],
    ['of somebody who shares the image', { grant: THROUGH }, 'shared'],
    [
      'that is public where only sharing is refused',
      { found: { isPublic: true }, shared: 'refuse' },
      'public',
    ],
    ['of the person where only sharing is refused', { shared: 'refuse' }, 'theirs'],
    ['that Berth does not keep, and the tag was recorded in it', { keptId: null, grant: THROUGH }, 'shared'],
  ])('opens a project %s', async (_, situation, because) => {
    expect(await open(situation)).toEqual([{ project: 'team', because }]);
  });

  it.each<[string, Parameters<typeof opening>[0], string]>([
    ['is not granted', { grant: null }, 'image.not-found'],
    ['was shared, where that is refused', { grant: THROUGH, shared: 'refuse' }, 'pull-secret.shared-refused'],
    ['is in a project that is gone', { keptId: null, found: null }, 'project.gone'],
    ['was granted of another project of that name', { grant: { harborProjectId: 4 } }, 'project.replaced'],
    [
      'was shared when the name was another project’s',
      { keptId: null, found: { id: 6 }, grant: { ...THROUGH, harborProjectId: 6 } },
      'project.replaced',
    ],
  ])('opens nothing for an image that %s', async (_, situation, code) => {
    await expect(open(situation)).rejects.toMatchObject({ code });
  });

  it('does not take a record for proof where the link names a digest', async () => {
    const situation = { keptId: null, grant: THROUGH };
    const name = `team/demo@sha256:${'a'.repeat(64)}`;
    await expect(open(situation, name)).rejects.toMatchObject({ code: 'project.replaced' });
  });

  it('names each project once', async () => {
    expect(await open({}, 'team/demo:v1', 'team/demo:v2', 'team/other:v1')).toEqual([
      { project: 'team', because: 'theirs' },
    ]);
  });
});
