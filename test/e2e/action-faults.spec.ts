import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actionMatrix, ActionWorld } from './action-matrix';
import { SCENARIOS } from './action-scenarios';
import { Replicas } from './replicas';
import { DEADLINE } from './struck';

const MATRIX = actionMatrix(SCENARIOS);

describe('leaving, adopting and members while Harbor fails at one write', () => {
  let folder: string;
  let replicas: Replicas;
  let world: ActionWorld;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'berth-faults-'));
    replicas = await Replicas.start({
      databaseUrl: `sqlite:${join(folder, 'berth.sqlite')}`,
      replicas: 1,
      people: MATRIX.length + SCENARIOS.length + 1,
      withAdmin: true,
      env: DEADLINE,
    });
    world = await ActionWorld.start(replicas);
  });
  afterAll(async () => {
    await replicas.stop();
    rmSync(folder, { recursive: true });
  });

  it.each(SCENARIOS)('has cases for every write of $scenario', async (scenario) => {
    expect(await world.record(scenario)).toEqual(scenario.writes);
  });

  it.each(MATRIX)(
    '$scenario.scenario, $fault.write $fault.fault: says so, and goes on afterwards to the same end',
    async ({ scenario, fault }) => {
      await world.survive(scenario, fault);
    },
  );
});
