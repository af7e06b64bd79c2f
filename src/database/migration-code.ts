import type { TableShape } from './table-shape';

/** The statements of a migration that makes the tables `wanted` out of `present`; none when they are the same. */
export function migrationStatements(present: readonly TableShape[], wanted: readonly TableShape[]): string[] {
  const nameOf = ({ name }: TableShape): string => name;
  const before = new Map(present.map((table) => [nameOf(table), table]));
  const after = new Set(wanted.map(nameOf));
  const statements: string[] = [];
  for (const table of inOrder(wanted)) {
    const old = before.get(table.name);
    statements.push(...(old === undefined ? [createTable(table)] : changes(old, table)));
  }
  for (const table of inOrder(present).reverse()) {
    if (!after.has(table.name)) statements.push(`await queryRunner.dropTable('${table.name}');`);
  }
  return statements;
}

/** The file of a migration; `timestamp` is in milliseconds, `name` in PascalCase. */
export function migrationFile(
  name: string,
  timestamp: number,
  up: readonly string[],
  down: readonly string[],
): string {
  const usesColumns = (statements: readonly string[]): string =>
    statements.some((statement) => statement.includes('column.'))
      ? 'const column = migrationColumns(queryRunner);\n'
      : '';
  const body = (statements: readonly string[]): string => usesColumns(statements) + statements.join('\n');
  const code = body(up) + body(down);
  const classes = ['Table', 'TableColumn', 'TableForeignKey', 'TableIndex'];
  const used = classes.filter((word) => code.includes(`new ${word}(`));
  const ours = Object.entries({ changeColumn: '../change-column', migrationColumns: '../migration-columns' });
  const imports = ours.filter(([word]) => code.includes(`${word}(`));
  return `import { ${['type MigrationInterface', 'type QueryRunner', ...used].join(', ')} } from 'typeorm';
${imports.map(([word, path]) => `import { ${word} } from '${path}';`).join('\n')}

export class ${name}${timestamp} implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    ${body(up)}
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    ${body(down)}
  }
}
`;
}

function createTable(table: TableShape): string {
  const part = (name: string, items: Map<string, string>): string =>
    items.size === 0 ? '' : `${name}: [${[...items.values()].join(', ')}], `;
  const parts =
    part('columns', table.columns) + part('indices', table.indices) + part('foreignKeys', table.foreignKeys);
  return `await queryRunner.createTable(new Table({ name: '${table.name}', ${parts}}));`;
}

/** What is dropped goes first, so that a part that only changed can be made again under its name. */
function changes(old: TableShape, table: TableShape): string[] {
  const { name } = table;
  const on = (call: string, part: string): string => `await queryRunner.${call}('${name}', ${part});`;
  return [
    ...gone(old.foreignKeys, table.foreignKeys).map((key) => on('dropForeignKey', `'${key}'`)),
    ...gone(old.indices, table.indices).map((index) => on('dropIndex', `'${index}'`)),
    ...gone(old.columns, table.columns)
      .filter((column) => !table.columns.has(column))
      .map((column) => on('dropColumn', `'${column}'`)),
    ...added(old.columns, table.columns).map(([column, code]) =>
      old.columns.has(column)
        ? `await changeColumn(queryRunner, '${name}', ${code});`
        : on('addColumn', `new TableColumn(${code})`),
    ),
    ...added(old.indices, table.indices).map(([, code]) => on('createIndex', `new TableIndex(${code})`)),
    ...added(old.foreignKeys, table.foreignKeys).map(([, code]) =>
      on('createForeignKey', `new TableForeignKey(${code})`),
    ),
  ];
}

/** The names whose code is not in `now`. */
function gone(before: Map<string, string>, now: Map<string, string>): string[] {
  return [...before].filter(([name, code]) => now.get(name) !== code).map(([name]) => name);
}

function added(before: Map<string, string>, now: Map<string, string>): [string, string][] {
  return [...now].filter(([name, code]) => before.get(name) !== code);
}

/** Tables after those that they point to. */
function inOrder(tables: readonly TableShape[]): TableShape[] {
  const done = new Set<TableShape>();
  const visit = (table: TableShape): void => {
    if (done.has(table)) return;
    const others = tables.filter(({ name }) => name !== table.name && table.pointsTo.has(name));
    others.forEach(visit);
    done.add(table);
  };
  tables.forEach(visit);
  return [...done];
}
