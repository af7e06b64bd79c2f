import { Initial1795306323693 } from './migrations/1795306323693-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795306323693] as const;
