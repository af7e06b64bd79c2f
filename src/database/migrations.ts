import { Initial1795304129911 } from './migrations/1795304129911-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795304129911] as const;
