import { Initial1795306239309 } from './migrations/1795306239309-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795306239309] as const;
