/** One thing Berth leans on, and how to learn whether it answers. */
export interface Dependency {
  readonly name: 'database' | 'harbor' | 'directory';
  /** Does Berth answer nothing without it now, so that no request should be sent here? */
  readonly isVital: () => boolean;
  /** Rejects when it does not answer. */
  check(): Promise<void>;
}

export const DEPENDENCIES = Symbol('Dependencies');
