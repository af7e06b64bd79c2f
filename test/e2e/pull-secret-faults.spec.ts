import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PullSecretMatrix } from './pull-secret-matrix';
import { Replicas } from './replicas';
import { DEADLINE } from './struck';

describe('pull secrets while Harbor fails at one write', () => {
  let folder: string;
  let world: Replicas;
  let matrix: PullSecretMatrix;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'berth-faults-'));
    world = await Replicas.start({
      databaseUrl: `sqlite:${join(folder, 'berth.sqlite')}`,
      replicas: 1,
      people: 1,
      env: DEADLINE,
    });
    matrix = await PullSecretMatrix.start(world);
  });
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true });
  });

  it.each(PullSecretMatrix.scenarios)('has cases for every write of $scenario', async (scenario) => {
    expect(await matrix.record(scenario)).toEqual(scenario.writes);
  });

  it.each(PullSecretMatrix.cases)(
    '$scenario.scenario, $fault.write $fault.fault: says so, and is done by the same call again',
    async ({ scenario, fault }) => {
      await matrix.survive(scenario, fault);
    },
  );

  it('leaves one robot for each secret that lives, and none beside', async () => {
    await matrix.comeToRest();
  });
});
