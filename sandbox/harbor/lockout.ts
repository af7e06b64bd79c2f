import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Harbor holds the answer to a wrong password, and refuses every login of that typed name meanwhile, the right
 * password included (src/core/auth/authenticator.go; #21224). Robots are held but never locked.
 */
export class Lockout {
  private readonly until = new Map<string, number>();

  /** `holdMs` 0 switches both off. */
  constructor(private readonly holdMs: number) {}

  isLocked(typedName: string): boolean {
    return (this.until.get(typedName) ?? 0) > Date.now();
  }

  async wrongPassword(typedName: string): Promise<void> {
    if (this.holdMs === 0) return;
    this.until.set(typedName, Date.now() + this.holdMs);
    await sleep(this.holdMs);
  }

  async wrongSecret(): Promise<void> {
    if (this.holdMs > 0) await sleep(this.holdMs);
  }
}
