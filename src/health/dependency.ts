/** One thing Berth leans on, and how to learn whether it answers. */
export interface Dependency {
  readonly name: 'database' | 'harbor' | 'directory';
  /** Without it Berth answers nothing, and no request should be sent here. */
  readonly isVital: boolean;
  /** Rejects when it does not answer. */
  check(): Promise<void>;
}

export const DEPENDENCIES = Symbol('Dependencies');
