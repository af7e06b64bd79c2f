import { Initial1795313170355 } from './migrations/1795313170355-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795313170355] as const;
