import { Initial1795304239073 } from './migrations/1795304239073-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795304239073] as const;
