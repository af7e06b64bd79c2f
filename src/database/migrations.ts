import { Initial1795313354982 } from './migrations/1795313354982-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795313354982] as const;
