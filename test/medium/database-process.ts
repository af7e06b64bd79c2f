import 'reflect-metadata';
import { setImmediate } from 'node:timers/promises';
import { v7 } from 'uuid';
import { AuditEntry } from '../../src/audit/audit-entry.entity';
import { createDataSource, dataSourceOptions } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { databaseConfig } from './database-engines';

/** `migrate <url>` prints the migrations that it ran; `write <url>` prints what it committed until it is killed. */
async function main(action: string | undefined, url: string): Promise<void> {
  const dataSource = await createDataSource(dataSourceOptions(databaseConfig(url))).initialize();
  if (action === 'migrate') {
    process.stdout.write('connected\n');
    process.stdout.write(`${JSON.stringify(await migrate(dataSource))}\n`);
    await dataSource.destroy();
    return;
  }
  for (;;) {
    const id = v7();
    const who = { actorKind: 'berth', actorName: 'test', outcome: 'ok' } as const;
    const entry = { id, at: new Date(), action: 'test', ...who, target: 'x'.repeat(500) };
    await dataSource.transaction((manager) => manager.insert(AuditEntry, entry));
    process.stdout.write(`${id}\n`);
    await setImmediate();
  }
}

main(process.argv[3], process.argv[4] ?? '').catch((error: unknown) => {
  process.stderr.write(String(error));
  process.exitCode = 1;
});
