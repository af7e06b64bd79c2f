import { projectProblems, type ProjectFacts } from './project-problems';

const project = {
  kind: 'shared',
  readyAt: new Date(),
  harborProjectId: 7,
  visibility: 'private',
  quotaBytes: 100,
} as const;
const inOrder: ProjectFacts = {
  inHarbor: { id: 7, isPublic: false },
  quota: { limitBytes: 100, usedBytes: 20 },
  tagRule: 'on',
  strayMembers: 0,
};

describe('projectProblems', () => {
  it('has none where all is as it should be, nor where Harbor keeps no quotas', () => {
    expect(projectProblems(project, inOrder)).toEqual([]);
    expect(projectProblems(project, { ...inOrder, quota: null })).toEqual([]);
    expect(projectProblems(project, null)).toEqual([]);
  });

  it.each<[string, Partial<ProjectFacts>]>([
    ['gone', { inHarbor: null }],
    ['replaced', { inHarbor: { id: 8, isPublic: false } }],
    ['visibility-changed', { inHarbor: { id: 7, isPublic: true } }],
    ['tag-rule-off', { tagRule: 'off' }],
    ['tag-rule-changed', { tagRule: 'changed' }],
    ['quota-changed', { quota: { limitBytes: null, usedBytes: 0 } }],
    ['quota-full', { quota: { limitBytes: 100, usedBytes: 100 } }],
    ['member-missing', { strayMembers: 2 }],
  ])('says %s', (name, facts) => {
    const problems = projectProblems(project, { ...inOrder, ...facts });
    expect(problems.map(({ code }) => code)).toEqual([`project.problem.${name}`]);
  });

  it('says of another project of the same name nothing but that', () => {
    const facts: ProjectFacts = {
      inHarbor: { id: 8, isPublic: true },
      quota: null,
      tagRule: 'off',
      strayMembers: 3,
    };
    expect(projectProblems(project, facts)).toHaveLength(1);
  });

  it('says unfinished of a shared project, also without asking Harbor; of a personal one the account does', () => {
    const unfinished = [{ code: 'project.problem.unfinished', params: {} }];
    expect(projectProblems({ ...project, readyAt: null }, null)).toEqual(unfinished);
    expect(projectProblems({ ...project, harborProjectId: null }, inOrder)).toEqual(unfinished);
    expect(projectProblems({ ...project, kind: 'personal', readyAt: null }, inOrder)).toEqual([]);
  });
});
