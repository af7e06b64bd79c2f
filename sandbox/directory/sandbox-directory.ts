import type { Socket } from 'node:net';
import { Attribute, createServer, parseDN, type Server, type ServerOptions } from 'ldapjs';
import { LRUCache } from 'lru-cache';
import { v5 as uuidv5 } from 'uuid';
import { atMost } from '../../src/common/at-most';

declare module 'ldapjs' {
  interface ServerOptions {
    connectionRouter?: (socket: Socket) => void;
  }
  interface Server {
    newConnection(socket: Socket): void;
  }
}

export interface SandboxPerson {
  username: string;
  password: string;
  displayName: string;
  email: string | null;
  admin?: boolean;
  disabled?: boolean;
  /** The organisational unit, `people` when not said: two people with one username need two units. */
  unit?: string;
}

export interface SandboxGroup {
  name: string;
  /** Usernames. */
  members: readonly string[];
}

export interface SandboxDirectoryOptions {
  host?: string;
  /** 0 or absent: any free port. */
  port?: number;
  people: readonly SandboxPerson[];
  groups?: readonly SandboxGroup[];
  /** Of the entry that searches; `sandbox-directory` when not said. */
  bindPassword?: string;
  /** PEM: with both, the directory speaks LDAPS alone. It never knows StartTLS. */
  certificate?: string;
  key?: string;
  /** LDAP URLs that every search names as places to look further. */
  referrals?: readonly string[];
}

/** One request that arrived, in order; for tests of what is sent at all. */
export interface SandboxOperation {
  kind: 'bind' | 'search' | 'compare';
  dn: string;
}

interface Entry {
  dn: string;
  attributes: Record<string, string[]>;
}

/** A DN of ldapjs, whose types do not say that it has a text. */
interface Named {
  toString(): string;
}

interface Request {
  dn: Named;
  connection: { ldap: { bindDN: Named } };
}
interface Response {
  end(result?: number | boolean): void;
}
/** ldapjs gives the DN of a bind as it was written, unlike the others. */
interface BindRequest extends Request {
  dn: string;
  credentials: string;
}
interface CompareRequest extends Request {
  attribute: string;
  value: string;
}
interface SearchRequest extends Request {
  filter: SearchFilter;
  attributes: string[];
  sizeLimit: number;
}
/** What ldapjs' filters have and its types do not say. Substrings and the rarer ones match nothing here. */
interface SearchFilter {
  type: string;
  attribute?: string;
  value?: string;
  clauses?: SearchFilter[];
}
interface SearchResponse extends Response {
  createSearchEntry(entry: { dn: string; attributes: Attribute[] }): unknown;
  createSearchReference(urls: string[]): unknown;
  send(message: unknown): void;
}

const RESULT = {
  sizeLimitExceeded: 4,
  noSuchAttribute: 16,
  noSuchObject: 32,
  invalidCredentials: 49,
  denied: 50,
};
const ID_NAMESPACE = '6f1d6bd7-5b0f-4f7e-9d58-6f6c0e1a7a11';

/**
 * An LDAP directory in this process, for a first try and for tests: simple binds, searches and compares as OpenLDAP
 * answers them, matching without regard to case and outer spaces. Like careless servers it takes an empty password for
 * an anonymous login and says yes.
 */
export class SandboxDirectory {
  readonly baseDn = 'dc=sandbox,dc=example';
  readonly bindDn = 'cn=berth,dc=sandbox,dc=example';
  readonly bindPassword: string;
  readonly groupBaseDn = 'ou=groups,dc=sandbox,dc=example';
  readonly adminGroupDn = 'cn=admins,ou=groups,dc=sandbox,dc=example';
  readonly operations: SandboxOperation[] = [];

  private readonly known: (SandboxPerson & { id: string })[];
  private readonly groups: Map<string, readonly string[]>;
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private port: number;
  private readonly host: string;

  private constructor(private readonly options: SandboxDirectoryOptions) {
    this.bindPassword = options.bindPassword ?? 'sandbox-only-directory';
    this.host = options.host ?? '127.0.0.1';
    this.port = options.port ?? 0;
    this.groups = new Map((options.groups ?? []).map(({ name, members }) => [name, members]));
    this.known = options.people.map((person) => ({
      ...person,
      id: uuidv5(`${person.unit ?? 'people'}/${person.username}`, ID_NAMESPACE),
    }));
  }

  /** Rejects when the port is taken. A person's entryUUID follows from the first username, so it survives a restart. */
  static async start(options: SandboxDirectoryOptions): Promise<SandboxDirectory> {
    const directory = new SandboxDirectory(options);
    await directory.up();
    return directory;
  }

  get url(): string {
    return `${this.options.certificate === undefined ? 'ldap' : 'ldaps'}://${this.host}:${this.port}`;
  }

  get people(): readonly SandboxPerson[] {
    return this.known;
  }

  /** The person keeps the entryUUID; the DN changes. */
  rename(username: string, newUsername: string): void {
    this.get(username).username = newUsername;
  }

  remove(username: string): void {
    this.known.splice(this.known.indexOf(this.get(username)), 1);
  }

  /** With another id than one of the same name had: another entry. */
  add(person: SandboxPerson, id: string): void {
    this.known.push({ ...person, id });
  }

  idOf(username: string): string {
    return this.get(username).id;
  }

  /** Marks the entry `nsAccountLock: TRUE`, as 389 Directory Server does; binds go on. */
  setDisabled(username: string, disabled: boolean): void {
    this.get(username).disabled = disabled;
  }

  setPassword(username: string, password: string): void {
    this.get(username).password = password;
  }

  /** Makes the group where it is not there; without members it is gone, as a groupOfNames cannot be empty. */
  setGroup(name: string, members: readonly string[]): void {
    if (members.length === 0) this.groups.delete(name);
    else this.groups.set(name, members);
  }

  setAdmin(username: string, admin: boolean): void {
    this.get(username).admin = admin;
  }

  /** Refuses connections and drops those that are open, until `up`. */
  async down(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = null;
    const closed = new Promise<void>((resolve) => void server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** Listens again, at the same address. */
  async up(): Promise<void> {
    if (this.server) return;
    const options: ServerOptions = {
      ...(this.options.certificate === undefined
        ? {}
        : { certificate: this.options.certificate, key: this.options.key }),
      connectionRouter: (socket) => {
        // An entry and the end of its search are two writes: without this the second waits 40 ms for an answer.
        socket.setNoDelay(true);
        this.sockets.add(socket);
        socket.once('close', () => this.sockets.delete(socket));
        server.newConnection(socket);
      },
    };
    const server = createServer(options);
    server.bind('', (request: BindRequest, response: Response, next: () => void) => {
      this.bind(request, response);
      next();
    });
    server.search('', (request: SearchRequest, response: SearchResponse) => this.search(request, response));
    server.compare('', (request: CompareRequest, response: Response) => this.compare(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, this.host, resolve);
    });
    // A client that breaks off in the middle of a message is its own problem.
    server.on('error', () => undefined);
    this.server = server;
    this.port = Number(new URL(server.url).port);
  }

  async stop(): Promise<void> {
    await this.down();
  }

  private get(username: string): SandboxPerson & { id: string } {
    const person = this.known.find((candidate) => candidate.username === username);
    if (!person) throw new Error(`the sandbox directory has no person ${username}`);
    return person;
  }

  private bind(request: BindRequest, response: Response): void {
    const dn = normal(request.dn);
    this.operations.push({ kind: 'bind', dn });
    const isRight = request.credentials === '' || this.passwordOf(dn) === request.credentials;
    response.end(isRight ? 0 : RESULT.invalidCredentials);
  }

  private search(request: SearchRequest, response: SearchResponse): void {
    const base = written(request.dn);
    this.operations.push({ kind: 'search', dn: base });
    if (!this.isService(request)) {
      response.end(RESULT.denied);
      return;
    }
    const found = this.entries().filter(
      (entry) => isWithin(normal(entry.dn), base) && matches(request.filter, entry),
    );
    if (found.length === 0 && !isWithin(base, normal(this.baseDn))) {
      response.end(RESULT.noSuchObject);
      return;
    }
    for (const url of this.options.referrals ?? []) response.send(response.createSearchReference([url]));
    const limit = request.sizeLimit === 0 ? found.length : request.sizeLimit;
    const asked = request.attributes.map((name) => name.toLowerCase());
    for (const entry of found.slice(0, limit)) {
      const attributes = Object.entries(entry.attributes)
        .filter(([type]) => asked.length === 0 || asked.includes(type.toLowerCase()))
        .map(([type, values]) => new Attribute({ type, values }));
      response.send(response.createSearchEntry({ dn: entry.dn, attributes }));
    }
    response.end(found.length > limit ? RESULT.sizeLimitExceeded : 0);
  }

  private compare(request: CompareRequest, response: Response): void {
    const dn = written(request.dn);
    this.operations.push({ kind: 'compare', dn });
    if (!this.isService(request)) {
      response.end(RESULT.denied);
      return;
    }
    const entry = this.entries().find((candidate) => normal(candidate.dn) === dn);
    if (!entry) {
      response.end(RESULT.noSuchObject);
      return;
    }
    const values = valuesOf(entry, request.attribute);
    if (values.length === 0) {
      response.end(RESULT.noSuchAttribute);
      return;
    }
    response.end(values.some((value) => normal(value) === normal(request.value)));
  }

  private isService(request: Request): boolean {
    return written(request.connection.ldap.bindDN) === normal(this.bindDn);
  }

  private passwordOf(dn: string): string | undefined {
    if (dn === normal(this.bindDn)) return this.bindPassword;
    return this.known.find((person) => normal(this.dnOf(person)) === dn)?.password;
  }

  private dnOf(person: SandboxPerson): string {
    const name = person.username.replace(/[\\",+;<>=#]/g, (character) => `\\${character}`);
    return `uid=${name},ou=${person.unit ?? 'people'},${this.baseDn}`;
  }

  private entries(): Entry[] {
    const people = this.known.map((person) => {
      const dn = this.dnOf(person);
      return {
        dn,
        attributes: {
          objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'],
          uid: [person.username],
          cn: [person.displayName],
          displayName: [person.displayName],
          ...(person.email === null ? {} : { mail: [person.email] }),
          entryUUID: [person.id],
          ...(person.disabled === true ? { nsAccountLock: ['TRUE'] } : {}),
          entryDN: [dn],
        },
      };
    });
    const admins = this.known.filter(({ admin }) => admin === true);
    const groups = [...this.groups].map(([name, usernames]) => {
      const members = this.known.filter(({ username }) => usernames.includes(username));
      return this.groupEntry(`cn=${name},${this.groupBaseDn}`, name, members);
    });
    return [...people, this.groupEntry(this.adminGroupDn, 'admins', admins), ...groups];
  }

  private groupEntry(dn: string, name: string, members: readonly SandboxPerson[]): Entry {
    const attributes = {
      objectClass: ['groupOfNames'],
      cn: [name],
      member: members.map((person) => this.dnOf(person)),
      entryUUID: [uuidv5(`groups/${name}`, ID_NAMESPACE)],
    };
    return { dn, attributes };
  }
}

/** Each question compares every entry's DN, and parsing one takes longer than all the rest. */
const spellings = new LRUCache<string, string>(atMost(20_000));

/** One spelling for each DN. It is for comparing alone: ldapjs' text of a DN with a backslash cannot be read again. */
function written(dn: Named): string {
  return dn.toString().toLowerCase();
}

function normal(dn: string): string {
  const known = spellings.get(dn);
  if (known !== undefined) return known;
  const spelling = written(parseDN(dn));
  spellings.set(dn, spelling);
  return spelling;
}

/** Both as `written`. */
function isWithin(dn: string, base: string): boolean {
  return dn === base || dn.endsWith(`,${base}`);
}

function matches(filter: SearchFilter, entry: Entry): boolean {
  const clauses = filter.clauses ?? [];
  switch (filter.type) {
    case 'AndFilter':
      return clauses.every((clause) => matches(clause, entry));
    case 'OrFilter':
      return clauses.some((clause) => matches(clause, entry));
    case 'NotFilter':
      return !clauses.some((clause) => matches(clause, entry));
    case 'PresenceFilter':
      return valuesOf(entry, filter.attribute).length > 0;
    case 'EqualityFilter':
      return valuesOf(entry, filter.attribute).some(
        (value) => folded(value) === folded(unescaped(filter.value ?? '')),
      );
    default:
      return false;
  }
}

function valuesOf(entry: Entry, attribute = ''): string[] {
  const found = Object.entries(entry.attributes).find(
    ([type]) => type.toLowerCase() === attribute.toLowerCase(),
  );
  return found ? found[1] : [];
}

/** ldapjs' server reads a filter by way of its text, and leaves the escapes of RFC 4515 in the value. */
function unescaped(value: string): string {
  return value.replace(/(\\[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll('\\', ''), 'hex').toString('utf8'),
  );
}

/** caseIgnoreMatch (RFC 4517 4.2.11, RFC 4518): neither case nor outer or repeated spaces tell values apart. */
function folded(value: string): string {
  return value.trim().replace(/ +/g, ' ').toLowerCase();
}
