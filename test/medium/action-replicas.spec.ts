import { actionMatrix, ActionWorld } from '../e2e/action-matrix';
import { SCENARIOS } from '../e2e/action-scenarios';
import { Replicas } from '../e2e/replicas';
import { DEADLINE } from '../e2e/struck';
import { mariadb, type TestDatabase } from '../servers/mariadb';

const MATRIX = actionMatrix(SCENARIOS);

describe('leaving, adopting and members on two replicas on one MariaDB', () => {
  let database: TestDatabase;
  let replicas: Replicas;
  let world: ActionWorld;

  beforeAll(async () => {
    database = await mariadb();
    replicas = await Replicas.start({
      databaseUrl: database.url,
      replicas: 2,
      people: MATRIX.length + 1,
      withAdmin: true,
      env: DEADLINE,
    });
    world = await ActionWorld.start(replicas);
  });
  afterAll(async () => {
    await replicas.stop();
    await database.drop();
  });

  it.each(MATRIX)(
    'asked both at once, $scenario.scenario, $fault.write $fault.fault: come to the same end',
    async ({ scenario, fault }) => {
      await world.survive(scenario, fault);
    },
  );
});
