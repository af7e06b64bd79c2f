import { Initial1795303491866 } from './migrations/1795303491866-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795303491866] as const;
