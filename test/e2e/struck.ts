import type { INestApplication } from '@nestjs/common';
import type { Fault } from '../../sandbox/harbor/faults';
import type { SandboxHarbor } from '../../sandbox/harbor/sandbox-harbor';
import { HarborClient } from '../../src/harbor/harbor.client';

/** Where Harbor is made to fail: time enough for a slow machine, and short leases for what is left behind. */
export const DEADLINE = { HARBOR_DEADLINE_MS: '10000' };
const OF_A_HANGING_CALL_MS = 500;

/** Berth, and the Harbor that it speaks to. */
export interface Struck {
  harbor: SandboxHarbor;
  apps: readonly INestApplication[];
}

/** Works while the fault strikes; only a call that hangs is then given up early. */
export async function whileStruck<T>(
  { harbor, apps }: Struck,
  fault: Fault,
  work: () => Promise<T>,
): Promise<T> {
  const wires = apps.map(
    (app) => Reflect.get(app.get(HarborClient, { strict: false }), 'http') as { deadlineMs: number },
  );
  const usualMs = wires.map(({ deadlineMs }) => deadlineMs);
  if (fault.kind === 'hang') for (const wire of wires) wire.deadlineMs = OF_A_HANGING_CALL_MS;
  harbor.faults.add(fault);
  try {
    return await work();
  } finally {
    harbor.faults.clear();
    wires.forEach((wire, index) => (wire.deadlineMs = usualMs[index] ?? wire.deadlineMs));
  }
}
