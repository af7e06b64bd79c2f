import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDataSource, dataSourceOptions } from './data-source';
import { migrate } from './migrate';
import { migrationFile, migrationStatements } from './migration-code';
import { presentShapes, wantedShapes } from './table-shape';

const SOURCE = join('src', 'database');

/** `npm run migration:generate -- AddLabels`: one migration, for all databases, of what the entities gained or lost. */
async function main(name: string | undefined): Promise<void> {
  if (name === undefined || !/^[A-Z][A-Za-z]+$/.test(name)) {
    throw new Error('Name what the migration does, such as: npm run migration:generate -- AddLabels');
  }
  const dataSource = createDataSource(dataSourceOptions({ type: 'sqlite', path: ':memory:' }));
  await dataSource.initialize();
  try {
    await migrate(dataSource);
    const present = await presentShapes(dataSource);
    const wanted = wantedShapes(dataSource);
    const up = migrationStatements(present, wanted);
    if (up.length === 0) {
      console.log('Entities and migrations agree; there is nothing to generate.');
      return;
    }
    const timestamp = Date.now();
    const path = join(SOURCE, 'migrations', `${timestamp}-${kebabCase(name)}.ts`);
    writeFileSync(path, migrationFile(name, timestamp, up, migrationStatements(wanted, present)));
    listMigrations();
    execFileSync('npx', ['prettier', '--write', '--log-level=warn', path, join(SOURCE, 'migrations.ts')], {
      stdio: 'inherit',
    });
    console.log(`Wrote ${path}. Read it; a new column of a table with rows needs a value for them.`);
  } finally {
    await dataSource.destroy();
  }
}

function listMigrations(): void {
  const files = readdirSync(join(SOURCE, 'migrations')).filter((file) => file.endsWith('.ts'));
  const classes = files.sort().map((file) => {
    const [timestamp = '', ...words] = file.replace(/\.ts$/, '').split('-');
    return { file, name: words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('') + timestamp };
  });
  const imports = classes.map(
    ({ file, name }) => `import { ${name} } from './migrations/${file.replace(/\.ts$/, '')}';`,
  );
  const text = `${imports.join('\n')}

/** Every migration, oldest first. \`npm run migration:generate\` adds to it. */
export const migrations = [${classes.map(({ name }) => name).join(', ')}] as const;
`;
  writeFileSync(join(SOURCE, 'migrations.ts'), text);
}

function kebabCase(name: string): string {
  return name.replace(/(?<=.)([A-Z])/g, '-$1').toLowerCase();
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
