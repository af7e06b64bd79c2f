import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import type { PersonCaller } from '../../src/auth/caller';
import type { PersonGroups } from '../../src/auth/person-groups';
import { Person } from '../../src/auth/person.entity';
import type { PersonsService } from '../../src/auth/persons.service';
import { createDataSource, dataSourceOptions } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { ImageLists, type ImageQuery, type ListedPage } from '../../src/images/lists/image-lists';
import { ImageVisibility } from '../../src/images/sharing/image-visibility';
import type { KnownAudiences } from '../../src/images/lists/known-audiences';
import { sampleSql } from '../../src/images/lists/list-sql';
import { comparePositions, IMAGE_SORTS, orderOf, type Position } from '../../src/images/lists/list-order';
import { filterTerms, kindTermsOf, queryTermsOf, splitTerms } from '../../src/images/lists/search-terms';
import { TermRarity } from '../../src/images/lists/term-rarity';
import type { TestDatabase } from '../servers/mariadb';
import { databaseConfig, engines } from './database-engines';
import { imageOf, storeImages, type WorldImage } from './image-world';
import { Listening } from './listening';
import { planOf } from './statement-plan';

const IMAGES = 3000;
const PEOPLE = ['ada', 'grace', 'liu', 'linus'];
/** Offboarded: what was shared with others is no longer available to them. */
const LEAVER = 'linus';
const GROUPS: Record<string, string[]> = { ada: ['vision', 'everyone'], liu: ['everyone'] };
const WORDS = [
  'PyTorch',
  'ＰｙＴｏｒｃｈ',
  'tensorflow',
  '深度学习',
  '大模型 训练',
  '学',
  'cuda12.4',
  'Ｖision',
  'rare',
  'über',
];
/** Real tables are read through an index, or in its order and only as far as a window goes. */
const MOST_READS = 10_000;

/** So few images are looked at all, and sorted. */
const MOST_SORTED = 1_200;

/** The same for each run: every third image is public, some are shared, words repeat. */
function makeWorld(): WorldImage[] {
  return Array.from({ length: IMAGES }, (_, n) => {
    const word = (at: number) => WORDS[(n * 7 + at * 3 + (n % 11)) % WORDS.length] ?? '';
    const person = PEOPLE[n % PEOPLE.length] ?? '';
    return imageOf(
      {
        personId: person,
        description: n % 97 === 0 ? `rare ${n}` : `${word(1)} ${word(2)}${n % 5}`,
        repository: n % 2 === 0 ? 'nvidia-pytorch' : `team/${person}-app`,
        tag: `24.${n % 13}-v1.${n}`,
        project: n % 10 === 0 ? 'shared-models' : `user-${person}`,
        labels: n % 4 === 0 ? ['大模型', 'Vision'] : [],
        taskType: n % 50 === 0 ? 'openmpi' : n % 2 === 0 ? 'pytorch' : 'jupyter',
        kind: n % 40 === 0 ? 'helm-chart' : 'image',
        architecture: n % 20 === 0 ? 'arm64' : 'amd64',
        usedAtMs: n % 6 === 0 ? 1_700_000_000_000 + (n % 100) : 0,
        sizeBytes: (n * 7919) % 1000,
        state: n % 150 === 0 ? 'moved' : n % 2 === 0 ? 'as-recorded' : 'current',
        sharedWith: {
          persons: n % 9 === 0 ? ['ada'] : [],
          groups: n % 7 === 0 ? ['everyone'] : n % 11 === 0 ? ['vision'] : [],
          everybody: n % 3 === 0,
        },
      },
      n,
    );
  });
}

/** What the list should be, said as plainly as can be. */
function expected(world: readonly WorldImage[], caller: PersonCaller, query: ImageQuery): string[] {
  const groups = (GROUPS[caller.personId] ?? []).map((key) => `group:${key}`);
  const order = orderOf(query.sort);
  const isSeen = ({ image, audiences }: WorldImage): boolean => {
    const own = image.personId === caller.personId;
    const shared = audiences.some((one) => one === `person:${caller.personId}` || groups.includes(one));
    const everybody = audiences.includes('public');
    if (query.scope === 'all') return true;
    if (query.scope === 'mine') return own;
    if (query.scope === 'public') return everybody;
    if (query.scope === 'shared') return shared && !own;
    return own || everybody || (shared && image.personId !== LEAVER);
  };
  const filters = [
    ...(query.project === undefined ? [] : [filterTerms.project(query.project)]),
    ...(query.platform === undefined ? [] : [filterTerms.platform(query.platform)]),
    ...(query.kind === undefined ? [] : [filterTerms.kind(query.kind)]),
    ...(query.label === undefined ? [] : [filterTerms.label(query.label)]),
  ];
  const wanted = query.q === undefined ? [] : queryTermsOf(query.q);
  if (query.q !== undefined && wanted.length === 0) return [];
  const fits = ({ image, record }: WorldImage): boolean => {
    const terms = [...splitTerms(image.terms), ...kindTermsOf({ ...image, ...image.standing })];
    return (
      filters.every((term) => terms.includes(term)) &&
      wanted.every(({ text, isBeginning }) =>
        terms.some((term) => (isBeginning ? term.startsWith(text) : term === text)),
      ) &&
      (query.state === undefined || record.state === query.state) &&
      (query.taskType === undefined || image.taskType === query.taskType) &&
      (query.owner === undefined || image.personId === query.owner)
    );
  };
  const positions = world
    .filter((one) => isSeen(one) && fits(one))
    .map(({ image }): Position => {
      return { key: order.column === null ? null : image[order.column], imageId: image.id };
    });
  return positions.sort((a, b) => comparePositions(a, b, order)).map(({ imageId }) => imageId);
}

function personNamed(id: string): Person {
  const at = new Date('2026-01-01T00:00:00Z');
  return {
    ...{ id, directoryId: id, username: id, usernameKey: id, displayName: id, email: null },
    ...{ createdAt: at, seenAt: at, groupsSeenAt: at, absentSince: null, absentBecause: null, absences: 0 },
    ...{ offboardedAt: id === LEAVER ? at : null, offboardedBecause: null, offboardedReason: null },
    ...{ suspendedAt: null, offboardingChangedAt: null },
    ...{ rivalDirectoryId: null, rivalDisplayName: null, rivalSeenAt: null },
  };
}

function callerOf(username: string): PersonCaller {
  return { kind: 'person', personId: username, username, isAdmin: true, sessionId: null, actedForBy: null };
}

const optional = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });
const queries: fc.Arbitrary<ImageQuery> = fc.record({
  scope: fc.constantFrom('available', 'mine', 'shared', 'public', 'all'),
  sort: fc.constantFrom(...IMAGE_SORTS),
  taskType: optional('pytorch', 'openmpi'),
  project: optional('shared-models', 'user-liu'),
  platform: optional('linux/amd64', 'linux/arm64'),
  kind: optional('image', 'helm-chart'),
  label: optional('VISION', '大模型', 'none'),
  owner: optional('liu', 'ada'),
  state: optional<'moved' | 'as-recorded' | 'current' | 'gone'>('moved', 'as-recorded', 'current', 'gone'),
  q: optional(
    'pytorch',
    'PYT',
    '深度',
    '学习 nvidia',
    '训',
    'rare',
    '24.1',
    'v1.3',
    'cuda12 学',
    'zzz',
    '-',
    'p',
  ),
});

describe.each(Object.entries(engines))('lists of images on %s', (engine, create) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let lists: ImageLists;
  const world = makeWorld();
  const listening = new Listening();
  const ada = callerOf('ada');

  beforeAll(async () => {
    database = await create();
    const options = {
      ...dataSourceOptions(databaseConfig(database.url)),
      logging: ['query'],
      logger: listening,
      // One connection, whose own counters tell what it read.
      poolSize: 1,
    };
    dataSource = await createDataSource(options as ReturnType<typeof dataSourceOptions>).initialize();
    await migrate(dataSource);
    await storeImages(dataSource, world);
    await dataSource.manager.insert(Person, PEOPLE.map(personNamed));
    await dataSource.query(
      engine === 'sqlite'
        ? 'ANALYZE'
        : 'ANALYZE TABLE images, image_audiences, tag_records, persons, image_terms',
    );
    const groups = {
      of: (personId: string) => Promise.resolve({ hasLeft: false, groupIds: GROUPS[personId] ?? [] }),
    } as unknown as PersonGroups;
    const visibility = new ImageVisibility(dataSource, groups);
    const audiences = {
      of: (personId: string | null) => visibility.audiencesOf(personId),
    } as unknown as KnownAudiences;
    const persons = {
      findByName: (username: string) => Promise.resolve({ id: username }),
    } as unknown as PersonsService;
    lists = new ImageLists(dataSource, audiences, persons, new TermRarity(dataSource));
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('say page by page exactly what the scope, the filters and the words fit, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        queries,
        fc.constantFrom('ada', 'liu', 'grace'),
        fc.integer({ min: 1, max: 200 }),
        async (query, person, limit) => {
          const caller = callerOf(person);
          const found: string[] = [];
          let after: Position | null = null;
          for (let pages = 0; pages < 3; pages += 1) {
            const page = await lists.page(caller, query, after, limit);
            expect(page.rows.length).toBeLessThanOrEqual(limit);
            found.push(...page.rows.map(({ image }) => image.id));
            after = page.next;
            if (after === null) break;
          }
          const all = expected(world, caller, query);
          expect(found).toEqual(all.slice(0, found.length));
          if (after === null) expect(found).toHaveLength(all.length);
        },
      ),
      { numRuns: engine === 'sqlite' ? 150 : 100 },
    );
  });

  it.each(IMAGE_SORTS)('go on page by page, sorted by %s, to the very end', async (sort) => {
    const query: ImageQuery = { scope: 'available', sort };
    const found: string[] = [];
    let after: Position | null = null;
    do {
      const page: ListedPage = await lists.page(ada, query, after, 200);
      found.push(...page.rows.map(({ image }) => image.id));
      after = page.next;
      if (after !== null && orderOf(sort).column !== null) {
        expect(typeof after.key).toBe(sort === 'title' ? 'string' : 'number');
      }
    } while (after !== null);
    expect(found).toEqual(expected(world, ada, query));
  });

  it('count what they have', async () => {
    for (const query of fc.sample(queries, { numRuns: 25, seed: 7 })) {
      const all = expected(world, ada, query);
      expect(await lists.count(ada, query)).toEqual({ total: all.length, isExact: true });
    }
  });

  it('keep their order when images come in between two pages', async () => {
    const query: ImageQuery = { scope: 'public', sort: 'newest' };
    const before = expected(world, ada, query);
    const first = await lists.page(ada, query, null, 10);
    const late = imageOf(
      { personId: 'ada', description: 'late', sharedWith: { everybody: true } },
      IMAGES + 1,
    );
    await storeImages(dataSource, [late]);
    const second = await lists.page(ada, query, first.next, 10);
    expect([...first.rows, ...second.rows].map(({ image }) => image.id)).toEqual(before.slice(0, 20));
    world.push(late);
  });

  const named: [string, ImageQuery][] = [
    ['mine', { scope: 'mine', sort: 'newest' }],
    ['available', { scope: 'available', sort: 'newest' }],
    ['available, by title', { scope: 'available', sort: 'title' }],
    ['available, last used', { scope: 'available', sort: 'lastUsed' }],
    ['public, largest', { scope: 'public', sort: 'largest' }],
    ['public of a task type', { scope: 'public', sort: 'newest', taskType: 'openmpi' }],
    ['all', { scope: 'all', sort: 'newest' }],
    ['all, by title', { scope: 'all', sort: 'title' }],
    ['all of a task type', { scope: 'all', sort: 'oldest', taskType: 'pytorch' }],
    ['a word that many have', { scope: 'available', sort: 'newest', q: 'pytorch' }],
    ['a word that many have, by title', { scope: 'available', sort: 'title', q: 'pytorch' }],
    ['a word that few have', { scope: 'available', sort: 'largest', q: 'rare' }],
    ['Chinese', { scope: 'public', sort: 'newest', q: '深度学习' }],
    [
      'a label and a platform',
      { scope: 'available', sort: 'newest', label: 'vision', platform: 'linux/arm64' },
    ],
    ['a project', { scope: 'public', sort: 'newest', project: 'shared-models' }],
    ['an owner', { scope: 'available', sort: 'newest', owner: 'liu' }],
    ['a state', { scope: 'available', sort: 'newest', state: 'moved' }],
    ['all of a state', { scope: 'all', sort: 'title', state: 'as-recorded' }],
  ];

  it.each(named)('of %s read indexes, first page and next', async (_, query) => {
    const first = await lists.page(ada, query, null, 20);
    const middle = first.next ?? first.rows.at(-1)?.position ?? null;
    listening.asked = [];
    if (engine === 'mariadb') await dataSource.query('FLUSH STATUS');
    await lists.page(ada, query, null, 20);
    await lists.page(ada, query, middle, 20);
    if (engine === 'mariadb') expect(await reads()).toBeLessThan(MOST_READS);
    await lists.count(ada, query);
    const asked = listening.asked.filter(({ sql }) => sql.startsWith('SELECT'));
    expect(asked.filter(({ sql }) => sql.startsWith('SELECT COUNT(*)'))).not.toEqual([]);
    expect(asked.length).toBeGreaterThan(0);
    for (const { sql, parameters } of asked) expect(await wholeReads(sql, parameters)).toEqual([]);
  });

  it.each(IMAGE_SORTS)(
    'by %s take a sample of two ways from indexes, of the next images alone',
    async (sort) => {
      const order = orderOf(sort);
      const { next } = await lists.page(ada, { scope: 'all', sort, taskType: 'pytorch' }, null, 100);
      const ways = [
        { term: '!pytorch', tests: [{ term: '#vision' }] },
        { term: '#vision', tests: [{ term: '!pytorch' }] },
      ];
      const { text, values } = sampleSql(ways, order, next, 128, engine === 'sqlite' ? 'sqlite' : 'server');
      const rows = await dataSource.query<{ way: number; found: number | string }[]>(text, values);
      const sample = (taskType: string | undefined, label: string | undefined): string[] => {
        const only = { ...(taskType && { taskType }), ...(label && { label }) };
        const all = expected(world, ada, { scope: 'all', sort, ...only });
        const order = expected(world, ada, { scope: 'all', sort });
        const from = order.indexOf(next?.imageId ?? '');
        return all.filter((id) => order.indexOf(id) > from).slice(0, 128);
      };
      const ofType = sample('pytorch', undefined);
      const ofLabel = sample(undefined, 'vision');
      const both = new Set(
        expected(world, ada, { scope: 'all', sort, taskType: 'pytorch', label: 'vision' }),
      );
      expect(rows.map(({ way, found }) => [Number(way), Number(found)])).toEqual([
        [0, ofType.filter((id) => both.has(id)).length],
        [1, ofLabel.filter((id) => both.has(id)).length],
      ]);
      // SQLite calls the window what the entries in it are called.
      const whole = (await wholeReads(text, values)).filter((step) => step !== 'SCAN w');
      expect(whole).toEqual([]);
    },
  );

  /** Steps that read a table without an index, or sort what an index does not. */
  async function wholeReads(sql: string, parameters: unknown[]): Promise<string[]> {
    const statement = { sql, parameters };
    const bad = (await planOf(dataSource, statement)).filter(({ table, reads, sorts, rows }) => {
      // SQLite does not say how many rows it sorts, nor where in the order of an index it ends.
      if (rows === null) return reads === 'rows';
      const sortsMany = sorts && !(sql.includes('DISTINCT') && rows <= MOST_SORTED);
      return reads === 'rows' || sortsMany || (reads === 'index' && table !== 'images');
    });
    return bad.map(({ text }) => text);
  }

  async function reads(): Promise<number> {
    const rows = await dataSource.query<{ Value: string }[]>(
      `SHOW SESSION STATUS WHERE Variable_name IN ('Handler_read_key', 'Handler_read_next', 'Handler_read_prev',
       'Handler_read_first', 'Handler_read_last')`,
    );
    return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
  }
});
