import type { Logger } from 'typeorm';

export interface Statement {
  sql: string;
  parameters: unknown[];
}

/** Keeps what a data source was asked, in order. */
export class Listening implements Logger {
  asked: Statement[] = [];
  logQuery(sql: string, parameters: unknown[] = []): void {
    this.asked.push({ sql, parameters });
  }
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
