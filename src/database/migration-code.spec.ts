import { migrationFile, migrationStatements } from './migration-code';
import type { TableShape } from './table-shape';

function table(name: string, change: Partial<TableShape> = {}): TableShape {
  const columns = new Map([['id', `column.id('id')`]]);
  return { name, columns, indices: new Map(), foreignKeys: new Map(), pointsTo: new Set(), ...change };
}

const KEY = `{ name: 'fk' }`;

describe('migrationStatements', () => {
  it('are none between tables that are the same', () => {
    expect(migrationStatements([table('a')], [table('a')])).toEqual([]);
  });

  it('make tables after those that they point to, and drop them before', () => {
    const tables = [table('child', { pointsTo: new Set(['parent']) }), table('parent')];
    expect(migrationStatements([], tables).map((line) => /name: '(\w+)'/.exec(line)?.[1])).toEqual([
      'parent',
      'child',
    ]);
    expect(migrationStatements(tables, [])).toEqual([
      `await queryRunner.dropTable('child');`,
      `await queryRunner.dropTable('parent');`,
    ]);
  });

  it('drop what is gone before they make what is new, and change a column in its place', () => {
    const before = table('a', {
      columns: new Map([
        ['kept', `column.text('kept', 10)`],
        ['gone', `column.flag('gone')`],
      ]),
      indices: new Map([['ix', `{ name: 'ix', columnNames: ['gone'] }`]]),
      foreignKeys: new Map([['fk', KEY]]),
    });
    const after = table('a', {
      columns: new Map([
        ['kept', `column.text('kept', 20)`],
        ['new', `column.flag('new')`],
      ]),
      indices: new Map([['ix', `{ name: 'ix', columnNames: ['new'] }`]]),
    });
    expect(migrationStatements([before], [after])).toEqual([
      `await queryRunner.dropForeignKey('a', 'fk');`,
      `await queryRunner.dropIndex('a', 'ix');`,
      `await queryRunner.dropColumn('a', 'gone');`,
      `await changeColumn(queryRunner, 'a', column.text('kept', 20));`,
      `await queryRunner.addColumn('a', new TableColumn(column.flag('new')));`,
      `await queryRunner.createIndex('a', new TableIndex({ name: 'ix', columnNames: ['new'] }));`,
    ]);
    expect(migrationStatements([after], [before])).toContain(
      `await queryRunner.createForeignKey('a', new TableForeignKey(${KEY}));`,
    );
  });
});

describe('migrationFile', () => {
  it('imports what its statements use, and nothing else', () => {
    const file = migrationFile(
      'DropA',
      5,
      [`await queryRunner.dropTable('a');`],
      migrationStatements([], [table('a')]),
    );
    expect(file).toContain(`import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';`);
    expect(file).toContain(`import { migrationColumns } from '../migration-columns';`);
    expect(file).not.toContain('changeColumn');
    expect(file).toContain('export class DropA5 implements MigrationInterface');
    expect(file.match(/const column = /g)).toHaveLength(1);
  });
});
