import { Initial1795328835975 } from './migrations/1795328835975-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795328835975] as const;
