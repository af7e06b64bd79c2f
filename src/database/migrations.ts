import { Initial1795312411467 } from './migrations/1795312411467-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795312411467] as const;
