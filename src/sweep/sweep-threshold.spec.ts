import { alarmReach, mostToNotice } from './sweep-threshold';

const quiet = { noticed: 0, tags: 1_000_000 };

describe('alarmReach', () => {
  it.each([
    { moved: 0, vanished: 0, tags: 0, reach: null },
    { moved: 0, vanished: 19, tags: 19, reach: null },
    { moved: 0, vanished: 20, tags: 20, reach: 'project' },
    { moved: 10, vanished: 10, tags: 100, reach: 'project' },
    { moved: 0, vanished: 20, tags: 200, reach: null },
    { moved: 21, vanished: 0, tags: 200, reach: 'project' },
    { moved: 0, vanished: 100, tags: 1_000, reach: null },
    { moved: 1, vanished: 100, tags: 1_000, reach: 'project' },
  ])(
    'of a project with $tags tags, $vanished vanished and $moved moved: $reach',
    ({ reach, tags, ...noticed }) => {
      expect(alarmReach({ noticed, tags }, quiet)).toBe(reach);
    },
  );

  it.each([
    { before: 0, here: 15, tags: 100, reach: null },
    { before: 5, here: 15, tags: 399, reach: 'all' },
    { before: 5, here: 15, tags: 400, reach: null },
    { before: 500, here: 1, tags: 10_000, reach: 'all' },
    { before: 500, here: 0, tags: 10_000, reach: null },
  ])('of all with $tags tags, $before before and $here here: $reach', ({ before, here, tags, reach }) => {
    const project = { noticed: { moved: 0, vanished: here }, tags: 10_000 };
    expect(alarmReach(project, { noticed: before, tags })).toBe(reach);
  });
});

describe('mostToNotice', () => {
  it.each([0, 1, 199, 200, 1_000, 12_345])('is enough for an alarm of a project with %d tags', (tags) => {
    const noticed = { moved: 0, vanished: mostToNotice(tags) };
    expect(alarmReach({ noticed, tags }, quiet)).toBe('project');
  });
});
