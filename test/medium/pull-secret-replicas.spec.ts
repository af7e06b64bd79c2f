import { PullSecretMatrix } from '../e2e/pull-secret-matrix';
import { Replicas } from '../e2e/replicas';
import { DEADLINE } from '../e2e/struck';
import { mariadb, type TestDatabase } from '../servers/mariadb';

describe('pull secrets of two replicas on one MariaDB', () => {
  let database: TestDatabase;
  let world: Replicas;
  let matrix: PullSecretMatrix;

  beforeAll(async () => {
    database = await mariadb();
    world = await Replicas.start({
      databaseUrl: database.url,
      replicas: 2,
      people: 1,
      env: DEADLINE,
    });
    matrix = await PullSecretMatrix.start(world);
  });
  afterAll(async () => {
    await world.stop();
    await database.drop();
  });

  it.each(PullSecretMatrix.cases)(
    'asked both at once, $scenario.scenario, $fault.write $fault.fault: answer the same secret',
    async ({ scenario, fault }) => {
      await matrix.survive(scenario, fault);
    },
  );

  it('leave one robot for each secret that lives, and none beside', async () => {
    await matrix.comeToRest();
  });
});
