import { randomBytes } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { createConnection, type Connection } from 'mysql2';
import { startSurroundings, manyPeople, type Surroundings } from '../sandbox/surroundings';
import { AccessTokens } from '../src/auth/access-tokens';
import { Person } from '../src/auth/person.entity';
import { PersonGroup } from '../src/auth/person-group.entity';
import type { Config } from '../src/config/config';
import { loadConfig } from '../src/config/load-config';
import { createDataSource, dataSourceOptions, migrateAndClose } from '../src/database/data-source';
import { ownerAudience } from '../src/images/sharing/audience';
import { ImageAudience } from '../src/images/sharing/image-audience.entity';
import { ImageTerm } from '../src/images/lists/image-term.entity';
import { Image } from '../src/images/image.entity';
import { TagRecord } from '../src/tag-rule/tag-record.entity';
import { listedUnder, type WorldImage } from '../test/medium/image-world';
import { bulkLoad, run } from './bulk-load';
import { catalogData, type CatalogData } from './catalog-data';
import { freePort, startChild } from './child';
import { untilQuiet, untilSweeping } from './quiet';
import { serverDatabase } from './server-database';
import type { Section } from './section';
import { head, megabytes, milliseconds, row } from './table';

const IMAGES = 1_000_000;
const READY = '/api/v1/health/ready';
const ASKED = 200;
/** Of each question, before any time is taken. */
const WARM = 20;
/** So many questions are asked while projects are swept, too. */
const ASKED_BESIDE = 7;
const POOL_BYTES = 3 * 1024 ** 3;

/** What is asked, as `GET /images?…`. */
const QUESTIONS: readonly [name: string, query: string][] = [
  ['available, newest', 'scope=available'],
  ['available, by title', 'scope=available&sort=title'],
  ['available, last used', 'scope=available&sort=lastUsed'],
  ['available, of a task type', 'scope=available&taskType=openmpi'],
  ['mine', 'scope=mine'],
  ['shared with me', 'scope=shared'],
  ['public, largest', 'scope=public&sort=largest'],
  ['search: pytorch', 'scope=available&q=pytorch'],
  ['search: pytorch notebook, by title', 'scope=available&q=pytorch%20notebook&sort=title'],
  ['search: 深度学习', 'scope=available&q=深度学习'],
  ['search: 大模型训练 vllm', 'scope=public&q=大模型训练%20vllm'],
  ['search: a beginning (meg)', 'scope=available&q=meg'],
  ['search: a rare word', 'scope=available&q=wn3z'],
  ['search: w, which thousands of words begin with', 'scope=public&q=w'],
  ['a label on arm64', 'scope=available&label=大模型&platform=linux/arm64'],
  ['a project', 'scope=available&project=team-3'],
  ['Helm charts that moved', 'scope=available&kind=helm-chart&state=moved'],
  ['an owner', 'scope=available&owner=p1'],
  ['all (admin), newest', 'scope=all'],
  ['all (admin), by title, pytorch on arm64', 'scope=all&sort=title&q=pytorch&platform=linux/arm64'],
];
const COUNTS: readonly [name: string, query: string][] = [
  ['available, with count=true', 'scope=available&limit=1&count=true'],
  ['search: pytorch, with count=true', 'scope=available&q=pytorch&limit=1&count=true'],
  ['all (admin), with count=true', 'scope=all&limit=1&count=true'],
];

/** First pages and searches over a large catalog, through HTTP, one at a time, each by another person. */
export const catalogSection: Section = {
  name: 'catalog',
  title: 'Lists and searches of the catalog, on MariaDB',
  run: async ({ size = IMAGES }) => {
    const database = await serverDatabase();
    const around = await startSurroundings(manyPeople(1));
    try {
      await measure(database.url, around, size);
    } finally {
      await around.stop();
      await database.drop();
    }
  },
};

async function measure(databaseUrl: string, around: Surroundings, size: number): Promise<void> {
  const env = {
    ...around.env(databaseUrl, await freePort()),
    LDAP_GROUP_BASE_DN: around.directory.groupBaseDn,
  };
  const config = loadConfig(env);
  const began = performance.now();
  const people = await fillCatalog(databaseUrl, config, size);
  head('filled', 'rows', 'seconds');
  row(
    `images of ${people.people.length} people`,
    String(size),
    ((performance.now() - began) / 1000).toFixed(0),
  );
  const berth = await startChild('src/main.js', READY, env);
  const tokens = tokensFor(people, config);
  const dataSource = await createDataSource(dataSourceOptions(config.database)).initialize();
  const askAll = async (questions: typeof QUESTIONS, asked: number): Promise<void> => {
    for (const [name, query] of questions) {
      const { p50Ms, p95Ms, items } = await ask(berth.url, query, tokens, asked);
      row(name, milliseconds(p50Ms), milliseconds(p95Ms), items.toFixed(0));
    }
  };
  try {
    await untilSweeping(dataSource);
    head('GET /images while Berth looks through its projects for the first time', 'p50', 'p95', 'items');
    await askAll(QUESTIONS.slice(0, ASKED_BESIDE), ASKED);
    await untilQuiet(dataSource);
    for (const [, query] of [...QUESTIONS, ...COUNTS]) await ask(berth.url, query, tokens, WARM);
    head(
      `GET /images, ${ASKED} people one after the other, when no sweep is under way and all that was filled is written`,
      ...['p50', 'p95', 'items'],
    );
    await askAll([...QUESTIONS, ...COUNTS], ASKED);
    row('memory after it (RSS)', megabytes(berth.rssBytes()), '', '');
  } finally {
    await dataSource.destroy();
    await berth.stop();
  }
}

/** Other people each time; some have many images, most have few. `items` is the mean of a page. */
async function ask(
  url: string,
  query: string,
  tokens: readonly string[],
  asked: number,
): Promise<{ p50Ms: number; p95Ms: number; items: number }> {
  const times: number[] = [];
  let items = 0;
  for (let number = -5; number < asked; number += 1) {
    const token = tokens[(number + 5) % tokens.length] ?? '';
    const began = performance.now();
    const response = await fetch(`${url}/api/v1/images?${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const body = (await response.json()) as { items: unknown[] };
    if (!response.ok) throw new Error(`${query}: ${response.status} ${JSON.stringify(body)}`);
    if (number < 0) continue;
    times.push(performance.now() - began);
    items += body.items.length / asked;
  }
  times.sort((a, b) => a - b);
  const at = (part: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? NaN;
  return { p50Ms: at(0.5), p95Ms: at(0.95), items };
}

function tokensFor({ people }: CatalogData, config: Config): string[] {
  const tokens = new AccessTokens(new JwtService({}), config);
  return Array.from({ length: ASKED }, (_, number) => {
    const person = people[Math.floor((number * people.length) / ASKED / (number % 2 === 0 ? 1 : 20))];
    if (person === undefined) throw new Error('nobody there');
    return tokens.issue(personOf(person), randomBytes(16).toString('hex'), true);
  });
}

/** Migrates the database, and makes a catalog in it that is the same for the same size. */
export async function fillCatalog(
  databaseUrl: string,
  { database }: Config,
  size: number,
): Promise<CatalogData> {
  const data = catalogData(Math.max(100, Math.round(size / 100)));
  await migrateAndClose(dataSourceOptions(database));
  await fill(databaseUrl, data, size);
  return data;
}

/** A database that has images already (DATABASE_BENCH_URL) is measured as it is; it was filled with this size. */
async function fill(url: string, world: CatalogData, size: number): Promise<void> {
  const connect = (): Connection => createConnection(url.replace(/^mariadb:/, 'mysql:'));
  const connection = connect();
  const others = [connect(), connect()] as const;
  const dataSource = await createDataSource(dataSourceOptions({ type: 'mariadb', url })).initialize();
  try {
    await run(connection, `SET GLOBAL innodb_buffer_pool_size = ${POOL_BYTES}`);
    if (await dataSource.manager.exists(Image)) {
      await run(connection, 'UPDATE persons SET groupsSeenAt = UTC_TIMESTAMP(3)');
      await run(connection, 'DELETE FROM sweep_projects');
      return;
    }
    await run(connection, 'SET GLOBAL innodb_log_file_size = 1073741824');
    for (const one of [connection, ...others]) {
      await run(one, 'SET unique_checks = 0, foreign_key_checks = 0, net_read_timeout = 600');
    }
    await bulkLoad(connection, dataSource, Person, world.people.map(personOf));
    await bulkLoad(connection, dataSource, PersonGroup, memberships(world));
    const indexed = new Indexed();
    const records: TagRecord[] = [];
    const images = each(size, (number) => {
      const one = world.image(number);
      if (world.isFirstOfLink(number)) records.push(one.record);
      return indexed.add(one);
    });
    await bulkLoad(connection, dataSource, Image, images);
    await Promise.all([
      bulkLoad(others[0], dataSource, TagRecord, records),
      bulkLoad(others[1], dataSource, ImageAudience, indexed.audienceRows()),
      bulkLoad(connection, dataSource, ImageTerm, indexed.termRows()),
    ]);
    await run(connection, 'ANALYZE TABLE images, image_audiences, image_terms, tag_records, persons');
  } finally {
    await dataSource.destroy();
    for (const one of [connection, ...others]) await end(one);
  }
}

async function end(connection: Connection): Promise<void> {
  await new Promise<void>((resolve) => connection.end(() => resolve()));
}

function* each<T>(count: number, make: (number: number) => T): Generator<T> {
  for (let number = 0; number < count; number += 1) yield make(number);
}

/** What the images have, in the order of the tables that it goes into. */
class Indexed {
  private readonly images: Pick<Image, 'id' | 'personId' | 'name'>[] = [];
  private readonly sortKeys: Omit<ImageTerm, 'term'>[] = [];
  private readonly byAudience = new Map<string, number[]>();
  private readonly byTerm = new Map<string, number[]>();

  add(one: WorldImage): Image {
    const number = this.images.length;
    const { image, audiences } = one;
    const { id, personId, name } = image;
    this.images.push({ id, personId, name });
    for (const audience of [ownerAudience(personId), ...audiences]) push(this.byAudience, audience, number);
    listedUnder(one).forEach(({ term, ...keys }, at) => {
      if (at === 0) this.sortKeys.push(keys);
      push(this.byTerm, term, number);
    });
    return image;
  }

  *audienceRows(): Generator<ImageAudience> {
    for (const [audience, numbers] of inOrder(this.byAudience)) {
      for (const number of numbers) {
        const { id: imageId, personId, name } = at(this.images, number);
        yield { audience, imageId, personId, name };
      }
    }
  }

  *termRows(): Generator<ImageTerm> {
    for (const [term, numbers] of inOrder(this.byTerm)) {
      for (const number of numbers) yield { term, ...at(this.sortKeys, number) };
    }
  }
}

function at<T>(all: readonly T[], number: number): T {
  const one = all[number];
  if (one === undefined) throw new Error(`no image ${number}`);
  return one;
}

function push(map: Map<string, number[]>, key: string, number: number): void {
  const numbers = map.get(key);
  if (numbers === undefined) map.set(key, [number]);
  else numbers.push(number);
}

/** As the database sorts text: by its bytes. */
function inOrder(map: ReadonlyMap<string, number[]>): [string, number[]][] {
  return [...map].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function* memberships({ people }: CatalogData): Generator<PersonGroup> {
  let number = 0;
  for (const { id: personId, groups } of people) {
    for (const groupId of groups) {
      number += 1;
      yield { id: String(number).padStart(36, '0'), personId, groupId };
    }
  }
}

function personOf({ id, username }: CatalogData['people'][number]): Person {
  const at = new Date();
  return {
    id,
    directoryId: id,
    username,
    usernameKey: username,
    displayName: username,
    email: null,
    createdAt: at,
    seenAt: at,
    groupsSeenAt: at,
    absentSince: null,
    absentBecause: null,
    absences: 0,
    offboardedAt: null,
    offboardedBecause: null,
    offboardedReason: null,
    suspendedAt: null,
    offboardingChangedAt: null,
    rivalDirectoryId: null,
    rivalDisplayName: null,
    rivalSeenAt: null,
  };
}
