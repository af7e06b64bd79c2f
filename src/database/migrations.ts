/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [] as const;
