import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Replicas } from './replicas';
import { MATRIX, RobotMatrix, SCENARIOS } from './robot-matrix';
import { DEADLINE } from './struck';

describe('robots while Harbor fails at one write', () => {
  let folder: string;
  let world: Replicas;
  let matrix: RobotMatrix;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'berth-faults-'));
    world = await Replicas.start({
      databaseUrl: `sqlite:${join(folder, 'berth.sqlite')}`,
      replicas: 1,
      people: 1,
      env: DEADLINE,
    });
    matrix = await RobotMatrix.start(world);
  });
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true });
  });

  it.each(SCENARIOS)('has cases for every write of $scenario', async (scenario) => {
    expect(await matrix.record(scenario)).toEqual(scenario.writes);
  });

  it.each(MATRIX)(
    '$scenario.scenario, $fault.write $fault.fault: ends in one robot with one secret, or in none',
    async ({ scenario, fault }) => {
      await matrix.survive(scenario, fault);
    },
  );
});
