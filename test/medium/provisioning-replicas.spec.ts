import { Replicas } from '../e2e/replicas';
import { makeStranger, MATRIX, ProvisioningMatrix } from '../e2e/provisioning-matrix';
import { DEADLINE } from '../e2e/struck';
import { mariadb, type TestDatabase } from '../servers/mariadb';
import { redis } from '../servers/redis';

describe('two replicas on one MariaDB and one Redis', () => {
  let database: TestDatabase;
  let world: Replicas;
  let matrix: ProvisioningMatrix;

  beforeAll(async () => {
    database = await mariadb();
    world = await Replicas.start({
      databaseUrl: database.url,
      replicas: 2,
      people: MATRIX.length + 1,
      env: { ...DEADLINE, REDIS_URL: redis() },
    });
    await makeStranger(world);
    matrix = new ProvisioningMatrix(world);
  });
  afterAll(async () => {
    await world.stop();
    await database.drop();
  });

  it('make one account and one project of a hundred requests at once, and show one password', async () => {
    const { clients, username, project } = await matrix.nextPerson();
    const { harbor } = world.around;
    const before = harbor.calls.length;
    const fifty = Array.from({ length: 50 }, () => clients);
    const answers = await Promise.all(
      fifty.flatMap((both) => both.map((client) => client.post('/account/credentials', {}))),
    );
    const shown = answers.filter(({ status }) => status === 201);
    expect(shown).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 201).map(({ body }) => body.code);
    expect(new Set(others)).toEqual(new Set(['account.credentials-exist']));
    const calls = harbor.calls.slice(before);
    const made = calls.filter(({ method, status }) => method === 'POST' && status === 201);
    const count = (path: string) => made.filter((call) => call.path === `/api/v2.0${path}`).length;
    expect([count('/users'), count('/projects'), count(`/projects/${project}/members`)]).toEqual([1, 1, 1]);
    expect(shown[0]?.body).toMatchObject({ username, project });
  });

  it.each(MATRIX)(
    'asked both at once, $scenario.scenario, $fault.write $fault.fault: come to the same end',
    async ({ scenario, fault }) => {
      await matrix.survive(scenario, fault);
    },
  );
});
