import { Initial1795306452765 } from './migrations/1795306452765-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795306452765] as const;
