import { setTimeout as sleep } from 'node:timers/promises';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Answer, Client } from '../e2e/journey';
import { Replicas } from '../e2e/replicas';
import { mariadb, type TestDatabase } from '../servers/mariadb';

const PROJECT = 'user-p001';
const ROUNDS = 10;
const TTL = { ttlSeconds: 600 };

/** A job begins at one replica in the moment in which its image is deleted at the other. */
describe('a lease and a deletion at once', () => {
  let database: TestDatabase;
  let world: Replicas;
  let scheduler: Client;
  let owner: Client;

  beforeAll(async () => {
    database = await mariadb();
    const env = { AUDIT_FEED: 'off', DRIFT_REPAIR: 'none' };
    world = await Replicas.start({ databaseUrl: database.url, replicas: 2, people: 1, env });
    const [first] = await world.schedulers();
    const [, second] = await world.login('p001');
    if (first === undefined || second === undefined) throw new Error('there are two replicas');
    scheduler = first;
    owner = second;
    await owner.post('/account/credentials', {});
  });
  afterAll(async () => {
    await world.stop();
    await database.drop();
  });

  const push = async (repository: string): Promise<{ link: string; digest: string }> => {
    const { harbor, harborAdmin } = world.around;
    const place = { project: PROJECT, repository, tag: 'v1' };
    const digest = await pushTinyImage({
      registryUrl: harbor.url,
      link: place,
      ...harborAdmin,
      content: repository,
    });
    return { link: `${harbor.address}/${PROJECT}/${repository}:v1`, digest };
  };
  const isInHarbor = async (repository: string, digest: string): Promise<boolean> => {
    const { harbor, harborAdmin } = world.around;
    const login = Buffer.from(`${harborAdmin.username}:${harborAdmin.password}`).toString('base64');
    const path = `/api/v2.0/projects/${PROJECT}/repositories/${repository}/artifacts/${digest}`;
    return (await fetch(`${harbor.url}${path}`, { headers: { authorization: `Basic ${login}` } })).ok;
  };

  it.each([
    ['a tag', (repository: string) => `/projects/${PROJECT}/repositories/${repository}/tags/v1`],
    ['a repository', (repository: string) => `/projects/${PROJECT}/repositories/${repository}`],
  ])('of %s: what the job was told is there as long as it runs', async (kind, path) => {
    const seen = { leased: 0, deleted: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const repository = `${kind.replaceAll(' ', '-')}-${round}`;
      const jobId = `job-${repository}`;
      const { link, digest } = await push(repository);
      const lease = async (): Promise<Answer> =>
        scheduler.put(`/jobs/${jobId}/images`, { for: 'p001', links: [link], ...TTL });
      const remove = async (): Promise<Answer> => owner.delete(path(repository));
      const both = async (): Promise<[Answer, Answer]> => {
        // Each is once over before the other begins, so that both ends are seen on any machine.
        if (round === 0) return [await lease(), await remove()];
        const deleted = round === 1 ? await remove() : null;
        if (deleted !== null) return [await lease(), deleted];
        return Promise.all([
          sleep(round % 3 === 0 ? 5 * round : 0).then(lease),
          sleep(round % 3 === 1 ? 5 * round : 0).then(remove),
        ]);
      };
      const [leased, deleted] = await both();
      const isThere = await isInHarbor(repository, digest);
      if (leased.status === 200) {
        expect({ repository, deleted: deleted.status, isThere }).toMatchObject({ isThere: true });
        expect((await owner.delete(path(repository))).body.code).toBe('tag.leased');
        expect(await isInHarbor(repository, digest)).toBe(true);
        seen.leased += 1;
      }
      if (deleted.status < 300) {
        expect({ repository, leased: leased.status, isThere }).toMatchObject({ isThere: false });
        seen.deleted += 1;
      }
      await scheduler.delete(`/jobs/${jobId}`);
    }
    expect(seen.leased).toBeGreaterThan(0);
    expect(seen.deleted).toBeGreaterThan(0);
  });
});
