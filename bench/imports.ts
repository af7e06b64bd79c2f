import { startSurroundings, manyPeople, type Surroundings } from '../sandbox/surroundings';
import { freePort, startChild, type Child } from './child';
import { serverDatabase } from './server-database';
import { post } from './post';
import type { Section } from './section';
import { head, megabytes, row } from './table';

const IMAGES = 20_000;
const READY = '/api/v1/health/ready';
const TAGS_A_REPOSITORY = 100;
const SINGLE = 500;
const AT_ONCE = 8;
const BATCH = 100;
const BATCHES_AT_ONCE = 2;
const MEMORY_ROWS = 5;

/** What an import costs, how fast many are, and whether memory stays flat; `--size 100000` takes some minutes. */
export const importsSection: Section = {
  name: 'imports',
  title: 'Imports, on MariaDB, from a Harbor in the process of the bench',
  run: async ({ size = IMAGES }) => {
    const database = await serverDatabase();
    const around = await startSurroundings(manyPeople(1));
    const berth = await startChild('src/main.js', READY, around.env(database.url, await freePort()));
    try {
      await measure(berth, around, Math.max(size, 2 * SINGLE));
    } finally {
      await berth.stop();
      await around.stop();
      await database.drop();
    }
  },
};

async function measure(berth: Child, around: Surroundings, size: number): Promise<void> {
  const [person] = around.people;
  if (person === undefined) throw new Error('nobody there');
  const { username, password } = person;
  const login = async (): Promise<string> => {
    const who = { username, password };
    return (await post<{ accessToken: string }>(berth.url, '/auth/login', null, who)).accessToken;
  };
  let accessToken = await login();
  await post(berth.url, '/account/credentials', accessToken, {});
  const project = `user-${username}`;
  const repositories = Math.ceil(size / TAGS_A_REPOSITORY) + 1;
  around.harbor.fill({ project, repositories, tags: TAGS_A_REPOSITORY });
  const wanted = (
    number: number,
  ): { link: string; description: string; taskType: string; labels: string[] } => ({
    link:
      `${around.harbor.address}/${project}/filled-${Math.floor(number / TAGS_A_REPOSITORY)}:` +
      `v${number % TAGS_A_REPOSITORY}`,
    description: `PyTorch 24.12 大模型训练 ${number}`,
    taskType: 'pytorch',
    labels: ['vision', '大模型'],
  });
  const ask = async (path: string, body: unknown): Promise<unknown> =>
    post(berth.url, path, accessToken, body);
  let next = 0;

  const calls = async (path: string): Promise<number> => {
    const before = around.harbor.calls.length;
    await ask(path, path === '/images/preview' ? { link: wanted(next).link } : wanted(next));
    return around.harbor.calls.length - before;
  };
  head('Harbor calls', 'calls');
  row('a first import from a project', String(await calls('/images')));
  next += 1;
  row('a preview', String(await calls('/images/preview')));
  row('a further one, with metadata', String(await calls('/images')));
  next += 1;

  head(`${AT_ONCE} at a time`, '/s');
  const previews = await perSecond(SINGLE, AT_ONCE, async (number) => {
    await ask('/images/preview', { link: wanted(number).link });
  });
  row('previews', previews.toFixed(0));
  const first = next;
  next += SINGLE;
  const imports = await perSecond(SINGLE, AT_ONCE, async (number) => {
    await ask('/images', wanted(first + number));
  });
  row('imports', imports.toFixed(0));
  const lists = await perSecond(SINGLE, AT_ONCE, async () => {
    await get(berth.url, '/images?scope=mine', accessToken);
  });
  row('lists of 50', lists.toFixed(0));
  const searches = await perSecond(SINGLE, AT_ONCE, async (number) => {
    await get(berth.url, `/images?q=pytorch%20${first + number}`, accessToken);
  });
  row('searches', searches.toFixed(0));

  head(`bulk imports, ${BATCHES_AT_ONCE} batches of ${BATCH} at a time`, '/s', 'RSS');
  row('before', '', megabytes(berth.rssBytes()));
  const part = Math.max(BATCH, Math.floor((size - next) / MEMORY_ROWS / BATCH) * BATCH);
  for (let done = 1; done <= MEMORY_ROWS && next + part <= size; done += 1) {
    const from = next;
    next += part;
    // A login is good for less than all of them.
    accessToken = await login();
    const rate = await perSecond(part / BATCH, BATCHES_AT_ONCE, async (number) => {
      const images = Array.from({ length: BATCH }, (_, at) => wanted(from + number * BATCH + at));
      const { results } = (await ask('/images/batch', { images })) as { results: { image?: unknown }[] };
      if (results.some(({ image }) => image === undefined)) {
        throw new Error(
          `an import failed: ${JSON.stringify(results.find(({ image }) => image === undefined))}`,
        );
      }
    });
    row(`${next} images`, (rate * BATCH).toFixed(0), megabytes(berth.rssBytes()));
  }
}

async function perSecond(
  count: number,
  atOnce: number,
  work: (number: number) => Promise<void>,
): Promise<number> {
  let next = 0;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (count / (performance.now() - began)) * 1000;
}

async function get(url: string, path: string, token: string): Promise<void> {
  const response = await fetch(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${text}`);
}
