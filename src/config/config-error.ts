/** One setting that is wrong: its key and what it must be. Never its value, which may be a secret. */
export interface ConfigProblem {
  key: string;
  expected: string;
}

/** The configuration is wrong. The message names every wrong key at once, in the order of `.env.example`. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ key, expected }) => `  ${key}: ${expected}`);
    super(`The configuration is wrong (.env.example explains each key):\n${lines.join('\n')}`);
    this.name = 'ConfigError';
  }
}
