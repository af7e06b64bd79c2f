import { Initial1795314541828 } from './migrations/1795314541828-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795314541828] as const;
