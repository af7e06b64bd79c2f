import { Initial1795313513257 } from './migrations/1795313513257-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795313513257] as const;
