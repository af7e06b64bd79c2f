import { Initial1795313793157 } from './migrations/1795313793157-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795313793157] as const;
