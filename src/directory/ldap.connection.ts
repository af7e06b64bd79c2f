import { isIP, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { createClient, type Client, type Filter, type SearchEntry } from 'ldapjs';
import type { DirectoryConfig } from '../config/config';
import { LdapFailure, type LdapStep } from './ldap-failure';

export interface LdapSearch {
  scope: 'base' | 'sub';
  filter: Filter;
  attributes: string[];
  sizeLimit: number;
  /** What came is the answer, also when there is more. */
  cutShort?: boolean;
}

/** RFC 4511 4.1.9. */
const SIZE_LIMIT_EXCEEDED = 4;

type ConnectionConfig = Pick<DirectoryConfig, 'url' | 'startTls' | 'ca'>;

/**
 * One connection for one conversation: never kept, never reconnected (ldapjs comes back anonymous). Every method
 * rejects with LdapFailure, also when the connection breaks or is closed while it waits. The only file that knows
 * ldapjs' client.
 */
export class LdapConnection {
  private readonly client: Client;
  private readonly broken: Promise<never>;
  private breakOff: (failure: LdapFailure) => void;
  private step: LdapStep = 'connect';
  private rawSocket: Socket | undefined;

  private constructor(
    private readonly config: ConnectionConfig,
    timeoutMs: number,
  ) {
    this.broken = new Promise((_, reject) => (this.breakOff = reject));
    this.broken.catch(() => undefined);
    this.client = createClient({ url: config.url, connectTimeout: timeoutMs, tlsOptions: this.tlsOptions() });
    // An event without a listener ends the process, and a request in flight is not always told.
    for (const event of [
      'error',
      'connectError',
      'connectRefused',
      'connectTimeout',
      'setupError',
      'socketTimeout',
    ]) {
      this.client.on(event, (error: unknown) => this.fail(error));
    }
    this.client.on('close', () => this.fail(new LdapFailure(this.step, 'the connection was closed')));
  }

  /** Starts connecting; `ready` tells when it may be used. `timeoutMs` bounds the connection and the TLS handshake. */
  static start(config: ConnectionConfig, timeoutMs: number): LdapConnection {
    return new LdapConnection(config, timeoutMs);
  }

  /** Resolves when requests may be sent: with StartTLS only when the server's certificate was accepted. */
  async ready(): Promise<void> {
    await this.ask<void>('connect', (resolve) => {
      this.client.once('connect', (socket: Socket) => {
        this.rawSocket = socket;
        this.guard(socket);
        resolve();
      });
    });
    if (this.config.startTls) await this.startTls();
  }

  /** Resolves when the server accepts this DN and password; otherwise rejects with its result code. */
  async bind(dn: string, password: string): Promise<void> {
    // RFC 4513 5.1.2: with an empty password (or DN) the server may say yes without having judged anything.
    if (dn === '' || password === '') throw new LdapFailure('bind', 'an empty DN or password is never sent');
    this.refusePlainText();
    await this.ask<void>('bind', (resolve, reject) =>
      this.client.bind(dn, password, (error) => (error ? reject(error) : resolve())),
    );
  }

  /** At most `sizeLimit` + 1 entries. Referrals are not followed. More than `sizeLimit` may reject with code 4. */
  async search(baseDn: string, { cutShort, ...search }: LdapSearch): Promise<SearchEntry[]> {
    this.refusePlainText();
    return this.ask<SearchEntry[]>('search', (resolve, reject) => {
      const entries: SearchEntry[] = [];
      this.client.search(baseDn, { ...search }, (error, found) => {
        if (error) {
          reject(error);
          return;
        }
        found.on('searchEntry', (entry) => {
          if (entries.length <= search.sizeLimit) entries.push(entry);
        });
        found.on('error', (failure) => {
          const isCut = LdapFailure.of('search', failure).resultCode === SIZE_LIMIT_EXCEEDED;
          if (cutShort === true && isCut) resolve(entries);
          else reject(failure);
        });
        found.on('end', () => resolve(entries));
      });
    });
  }

  /** Does the entry's attribute hold this value, by the attribute's own matching rule? */
  async compare(dn: string, attribute: string, value: string): Promise<boolean> {
    this.refusePlainText();
    return this.ask<boolean>('compare', (resolve, reject) =>
      this.client.compare(dn, attribute, value, (error, matched) =>
        error ? reject(error) : resolve(matched === true),
      ),
    );
  }

  /** Ends the connection at once, whatever it is doing. */
  close(): void {
    this.fail(new LdapFailure(this.step, 'closed by us'));
    this.client.destroy();
    this.rawSocket?.destroy();
  }

  private async startTls(): Promise<void> {
    await this.ask<void>('start-tls', (resolve, reject) =>
      this.client.starttls(this.tlsOptions(), [], (error) => (error ? reject(error) : resolve())),
    );
    const socket = this.currentSocket();
    if (socket) this.guard(socket);
    this.refusePlainText();
  }

  /** After a failed StartTLS ldapjs goes back to plain text, so what the socket is decides, not what was asked for. */
  private refusePlainText(): void {
    const socket = this.currentSocket();
    const isSecure = socket instanceof TLSSocket && socket.authorized;
    if (this.config.startTls && !isSecure)
      throw new LdapFailure('start-tls', 'the connection is not encrypted');
  }

  private tlsOptions(): { ca?: string; host: string; servername?: string } {
    const host = new URL(this.config.url).hostname;
    return {
      host,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(this.config.ca === null ? {} : { ca: this.config.ca }),
    };
  }

  private async ask<T>(
    step: LdapStep,
    send: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
  ): Promise<T> {
    this.step = step;
    const answer = new Promise<T>((resolve, reject) => {
      try {
        send(resolve, (error) => reject(LdapFailure.of(step, error)));
      } catch (error) {
        reject(LdapFailure.of(step, error));
      }
    });
    return Promise.race([answer, this.broken]);
  }

  private fail(error: unknown): void {
    this.breakOff(LdapFailure.of(this.step, error));
  }

  private currentSocket(): Socket | null {
    const socket: unknown = Reflect.get(this.client, '_socket');
    return socket instanceof Socket ? socket : null;
  }

  /** ldapjs throws out of the socket's data event at a result code that it does not know: the process would end. */
  private guard(socket: Socket): void {
    const readers = socket.listeners('data');
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const read of readers) Reflect.apply(read, socket, [chunk]);
      } catch (error) {
        this.fail(error);
      }
    });
  }
}
