import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxHarbor } from '../../sandbox/harbor/sandbox-harbor';

export interface HeldCall {
  /** Comes once Harbor has the call. */
  arrived(): Promise<void>;
  letGo(): void;
}

/** Harbor answers the next such call when it is let go: what is asked meanwhile is asked in its middle. */
export function holdCall({ calls, faults }: SandboxHarbor, method: string, path: RegExp): HeldCall {
  const before = calls.length;
  let letGo = (): void => undefined;
  const until = new Promise<void>((resolve) => (letGo = resolve));
  faults.add({ kind: 'latency', method, path, until, times: 1 });
  const isThere = (): boolean =>
    calls.slice(before).some((call) => call.method === method && path.test(call.path));
  return {
    letGo: () => letGo(),
    arrived: async () => {
      while (!isThere()) await sleep(5);
    },
  };
}
