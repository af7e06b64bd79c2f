import { Replicas } from '../e2e/replicas';
import { MATRIX, RobotMatrix } from '../e2e/robot-matrix';
import { DEADLINE } from '../e2e/struck';
import { mariadb, type TestDatabase } from '../servers/mariadb';

describe('robots of two replicas on one MariaDB', () => {
  let database: TestDatabase;
  let world: Replicas;
  let matrix: RobotMatrix;

  beforeAll(async () => {
    database = await mariadb();
    world = await Replicas.start({
      databaseUrl: database.url,
      replicas: 2,
      people: 1,
      env: DEADLINE,
    });
    matrix = await RobotMatrix.start(world);
  });
  afterAll(async () => {
    await world.stop();
    await database.drop();
  });

  it.each(MATRIX)(
    'asked both at once, $scenario.scenario, $fault.write $fault.fault: come to the same end',
    async ({ scenario, fault }) => {
      await matrix.survive(scenario, fault);
    },
  );
});
