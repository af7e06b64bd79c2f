import { Initial1795326636356 } from './migrations/1795326636356-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795326636356] as const;
