import { Initial1795302262477 } from './migrations/1795302262477-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795302262477] as const;
