import { Initial1795306987802 } from './migrations/1795306987802-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795306987802] as const;
