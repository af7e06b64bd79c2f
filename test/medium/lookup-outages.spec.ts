import { Client } from '../e2e/journey';
import { LookupWorld, type Replica } from './lookup-world';

/** A lookup that waits for something dead would take longer than a test may. */
const LATE = { HARBOR_DEADLINE_MS: '60000', LDAP_TIMEOUT_MS: '30000' };

describe('lookups while something is away', () => {
  let world: LookupWorld;
  let patient: Replica;
  let impatient: Replica;
  let digest: string;
  let latest: string;

  const health = async ({ url }: Replica) => (await new Client(url).get('/health/ready')).status;
  const warningsOf = (body: Record<string, unknown>) =>
    (body.warnings as { code: string }[]).map(({ code }) => code);

  beforeAll(async () => {
    world = await LookupWorld.start([LATE, { ...LATE, LOOKUP_WITHOUT_DATABASE_MINUTES: '0' }]);
    [patient, impatient] = world.replicas;
    digest = await world.push('v1', 'one');
    latest = await world.push('latest', 'first');
    for (const replica of world.replicas) {
      for (const tag of ['v1', 'latest']) expect((await world.ask(replica, tag)).status).toBe(200);
    }
  });
  afterAll(async () => {
    await world.stop();
  });

  it('go on without Harbor: pinned as ever, latest marked stale, soon once it is known to be down', async () => {
    const { harbor } = world.proxies;
    await harbor.down();
    while ((await world.ask(patient, 'latest')).body.stale !== true) continue;
    const { status, body } = await world.ask(patient, 'latest');
    expect({ status, digest: body.digest, stale: body.stale }).toEqual({
      status: 200,
      digest: latest,
      stale: true,
    });
    expect((await world.ask(patient, 'v1')).body).toMatchObject({ digest, stale: false, warnings: [] });
    expect(await world.ask(patient, 'v2')).toMatchObject({ status: 503 });

    for (let turn = 0; turn < 10; turn += 1) await world.ask(patient, 'latest');
    harbor.stall();
    await harbor.up();
    harbor.stall();
    await Promise.all(Array.from({ length: 50 }, () => world.ask(patient, 'latest')));

    await harbor.up();
    while ((await world.ask(patient, 'latest')).body.stale !== false) continue;
  });

  it('do not notice that the directory and Redis are away', async () => {
    const { directory, redis } = world.proxies;
    await directory.down();
    redis.stall();
    for (const replica of world.replicas) {
      expect((await world.ask(replica, 'v1')).body).toMatchObject({ digest, stale: false });
      expect((await world.ask(replica, 'latest')).body).toMatchObject({ digest: latest, stale: false });
    }
    await directory.up();
    await redis.down();
    await redis.up();
  });

  it.each([
    ['is down', async () => world.proxies.database.down()],
    [
      'has stopped',
      async () => {
        world.proxies.database.stall();
        return Promise.resolve();
      },
    ],
  ])('are answered from memory, and marked, while the database %s', async (_, fail) => {
    const { database } = world.proxies;
    expect((await world.ask(patient, 'v1')).body.stale).toBe(false);
    await fail();
    for (let isStale = false; !isStale;) {
      const asked = await Promise.all(['v1', 'latest'].map((tag) => world.ask(patient, tag)));
      // Also until it is noticed that the database is away.
      expect(asked.map(({ status }) => status)).toEqual([200, 200]);
      isStale = asked.every(({ body }) => body.stale);
    }
    const known = await world.ask(patient, 'v1');
    expect(known).toMatchObject({ status: 200, body: { digest, stale: true } });
    expect(warningsOf(known.body)).toEqual(['lookup.warning.unconfirmed']);
    const moving = await world.ask(patient, 'latest');
    expect(moving).toMatchObject({ status: 200, body: { digest: latest, stale: true } });
    const unknown = await world.ask(patient, 'v9');
    expect(unknown).toMatchObject({ status: 503, body: { code: 'database.unavailable' } });
    expect(unknown.headers.get('retry-after')).toBe('5');

    const batch = { for: 'p001', links: [world.link('v1'), world.link('v9')] };
    const { body } = await patient.scheduler.post('/lookup', batch);
    expect(body.results).toMatchObject([
      { status: 200, answer: { digest, stale: true } },
      { status: 503, problem: { code: 'database.unavailable' } },
    ]);
    expect(await health(patient)).toBe(200);

    await database.down();
    await database.up();
    while ((await world.ask(patient, 'v1')).body.stale !== false) continue;
  });

  it('end with the time that is configured for it, and so does readiness', async () => {
    const { database } = world.proxies;
    while ((await world.ask(impatient, 'v1')).status !== 200) continue;
    await database.down();
    while ((await world.ask(impatient, 'v1')).status !== 503) continue;
    const refused = await world.ask(impatient, 'v1');
    expect(refused).toMatchObject({ status: 503, body: { code: 'database.unavailable' } });
    while ((await health(impatient)) !== 503) await new Promise((resolve) => setTimeout(resolve, 100));
    await database.up();
    while ((await world.ask(impatient, 'v1')).status !== 200) continue;
  });
});
