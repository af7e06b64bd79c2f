import { Initial1795315975611 } from './migrations/1795315975611-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795315975611] as const;
