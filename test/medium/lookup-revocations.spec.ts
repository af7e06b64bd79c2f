import { setTimeout as sleep } from 'node:timers/promises';
import { pushTinyImage } from '../../sandbox/registry-client';
import { Client, type Answer } from '../e2e/journey';
import { Replicas } from '../e2e/replicas';
import { mariadb, type TestDatabase } from '../servers/mariadb';

const ADMIN = 'p001';
const OWNER = 'p002';
const ASKER = 'p003';
/** What a replica did every other knows. */
const KNOWN_WITHIN_MS = 1_000;
const IMAGE = { description: 'An image', taskType: 'custom' };

interface Given {
  link: string;
  /** What ends it, at the first replica. */
  end: () => Promise<Answer>;
  /** After that nothing is answered but this. */
  status: number;
  /** Who is answered no more; the one with whom it was shared when absent. */
  for?: string;
}

/** Each gives the asker a link that he may run, which both replicas have in memory by then. */
describe('what a person may run no more', () => {
  let database: TestDatabase;
  let world: Replicas;
  let schedulers: Client[];
  let admin: Client;
  let owner: Client;
  let asker: Client;
  let jobs = 0;

  beforeAll(async () => {
    database = await mariadb();
    const env = { AUDIT_FEED: 'off', PROJECTS_BY_PERSONS: 'true' };
    world = await Replicas.start({
      databaseUrl: database.url,
      replicas: 2,
      people: 3,
      withAdmin: true,
      env,
    });
    schedulers = await world.schedulers();
    admin = await firstClient(ADMIN);
    owner = await firstClient(OWNER);
    asker = await firstClient(ASKER);
    for (const person of [owner, asker]) await done(person.post('/account/credentials', {}));
  });
  afterAll(async () => {
    await world.stop();
    await database.drop();
  });

  const firstClient = async (username: string): Promise<Client> => {
    const [first] = await world.login(username);
    if (first === undefined) throw new Error('there is a first replica');
    return first;
  };
  const done = async (asked: Promise<Answer>): Promise<Answer> => {
    const answer = await asked;
    if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  };
  const push = async (project: string, repository: string, content = repository): Promise<string> => {
    const { harbor, harborAdmin } = world.around;
    const link = { project, repository, tag: 'v1' };
    await pushTinyImage({ registryUrl: harbor.url, link, ...harborAdmin, content });
    return `${harbor.address}/${project}/${repository}:v1`;
  };
  const imported = async (person: Client, link: string): Promise<string> =>
    String((await done(person.post('/images', { ...IMAGE, link }))).body.id);
  const shared = async (repository: string): Promise<{ link: string; id: string }> => {
    const link = await push(`user-${OWNER}`, repository);
    const id = await imported(owner, link);
    await done(owner.put(`/images/${id}/shares/person/${ASKER}`, {}));
    return { link, id };
  };
  const project = async (name: string, more: object = {}): Promise<string> => {
    const wanted = { name, visibility: 'private', quotaBytes: 1_000_000_000, description: name, ...more };
    await done(admin.post('/projects', wanted));
    return push(name, 'demo');
  };
  /** By every way to ask it. */
  const askAll = async (scheduler: Client, link: string, username: string): Promise<number[]> => {
    const question = { for: username, links: [link] };
    const jobId = `job-${(jobs += 1)}`;
    const [one, batch, lease, secret] = await Promise.all([
      scheduler.lookup({ link, for: username }),
      scheduler.post('/lookup', question),
      scheduler.put(`/jobs/${jobId}/images`, { ...question, ttlSeconds: 60 }),
      scheduler.post('/pull-secrets', { ...question, jobId, ttlSeconds: 60 }),
    ]);
    await scheduler.delete(`/jobs/${jobId}`);
    const [result] = (batch.body.results ?? []) as { status: number }[];
    return [one.status, result?.status ?? batch.status, lease.status, secret.status];
  };

  const ways: Record<string, () => Promise<Given>> = {
    'a share is taken back': async () => {
      const { link, id } = await shared('unshared');
      return { link, end: async () => owner.delete(`/images/${id}/shares/person/${ASKER}`), status: 404 };
    },
    'the image that was shared is deleted': async () => {
      const { link, id } = await shared('deleted');
      return { link, end: async () => owner.delete(`/images/${id}`), status: 404 };
    },
    'what was public is private again': async () => {
      const link = await push(`user-${OWNER}`, 'published');
      const id = await imported(owner, link);
      await done(admin.put(`/images/${id}/visibility`, { visibility: 'public' }));
      const end = async () => admin.put(`/images/${id}/visibility`, { visibility: 'private' });
      return { link, end, status: 404 };
    },
    'he is no member any more': async () => {
      const link = await project('left');
      await done(admin.put(`/projects/left/members/${ASKER}`, { role: 'developer' }));
      return { link, end: async () => admin.delete(`/projects/left/members/${ASKER}`), status: 404 };
    },
    'the project is made private': async () => {
      const link = await project('closed', { visibility: 'public' });
      return {
        link,
        end: async () => admin.patch('/projects/closed', { visibility: 'private' }),
        status: 404,
      };
    },
    'who shared it is no member any more': async () => {
      const link = await project('given');
      await done(admin.put(`/projects/given/members/${OWNER}`, { role: 'maintainer' }));
      const id = await imported(owner, link);
      await done(owner.put(`/images/${id}/shares/person/${ASKER}`, {}));
      return { link, end: async () => admin.delete(`/projects/given/members/${OWNER}`), status: 404 };
    },
    'the project is deleted, and made again by another': async () => {
      const link = await project('again');
      await done(admin.put(`/projects/again/members/${ASKER}`, { role: 'maintainer' }));
      await imported(asker, link);
      const end = async () => {
        await done(admin.delete('/projects/again/repositories/demo'));
        await done(admin.delete('/projects/again'));
        const wanted = { name: 'again', visibility: 'private', quotaBytes: 1_000_000_000, description: '' };
        const made = await done(owner.post('/projects', wanted));
        await push('again', 'demo', 'of another');
        return made;
      };
      return { link, end, status: 404 };
    },
    'he is offboarded': async () => {
      const { link } = await shared('his');
      return { link, end: async () => admin.post(`/admin/persons/${ASKER}/offboard`, {}), status: 404 };
    },
    'its owner is offboarded': async () => {
      const link = await push(`user-${OWNER}`, 'private');
      await imported(owner, link);
      const end = async () => admin.post(`/admin/persons/${OWNER}/offboard`, {});
      return { link, end, status: 409, for: OWNER };
    },
  };

  it.each(Object.entries(ways))(
    'is answered by no replica, in any way, a second after %s',
    async (_, give) => {
      const { link, end, status, for: username = ASKER } = await give();
      for (const scheduler of schedulers) {
        expect(await askAll(scheduler, link, username)).toEqual([200, 200, 200, 201]);
      }
      await done(end());
      const endedMs = performance.now();
      const [here, there] = schedulers;
      if (here === undefined || there === undefined) throw new Error('there are two replicas');
      expect(await askAll(here, link, username)).toEqual([status, status, status, status]);
      await sleep(Math.max(0, endedMs + KNOWN_WITHIN_MS - performance.now()));
      expect(await askAll(there, link, username)).toEqual([status, status, status, status]);
    },
  );

  it('is asked with a token that is revoked a second ago by nobody', async () => {
    const link = await push(`user-${OWNER}`, 'of-a-token');
    const { body } = await done(admin.post('/admin/service-tokens', { kind: 'scheduler', name: 'short' }));
    const clients = world.urls.map((url) => new Client(url, String(body.token)));
    for (const client of clients) expect((await client.lookup({ link, for: OWNER })).status).not.toBe(401);
    expect((await admin.delete(`/admin/service-tokens/${String(body.id)}`)).status).toBe(204);
    await sleep(KNOWN_WITHIN_MS);
    for (const client of clients) expect((await client.lookup({ link, for: OWNER })).status).toBe(401);
  });
});
