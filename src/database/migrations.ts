import { Initial1795314740067 } from './migrations/1795314740067-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795314740067] as const;
