import { Mutex, type MutexInterface, withTimeout } from 'async-mutex';

/** A caller waited too long for its turn on SQLite's one connection. */
export class SqliteTurnTimeout extends Error {
  constructor(timeoutMs: number) {
    super(
      `No turn on the SQLite connection within ${timeoutMs} ms. Inside a transaction only its own manager may be used: any other waits for the transaction, which waits for it.`,
    );
    this.name = 'SqliteTurnTimeout';
  }
}

/** Hands out SQLite's one connection, in the order of asking: for one statement, or for one whole transaction. */
export class SqliteTurns {
  private readonly mutex = new Mutex();
  private readonly patient: MutexInterface;
  private statements = 0;

  constructor(timeoutMs: number) {
    this.patient = withTimeout(this.mutex, timeoutMs, new SqliteTurnTimeout(timeoutMs));
  }

  /** Resolves with the function that ends the turn. Throws SqliteTurnTimeout. */
  take(): Promise<MutexInterface.Releaser> {
    // A timer for each statement would cost more than the statement, so only those who wait have one.
    return this.mutex.isLocked() ? this.patient.acquire() : this.mutex.acquire();
  }

  /** How many statements were run, this one included. */
  countStatement(): number {
    return ++this.statements;
  }
}
