import {
  AndFilter,
  EqualityFilter,
  OrFilter,
  parseFilter,
  PresenceFilter,
  type Filter,
  type SearchEntry,
} from 'ldapjs';
import { DomainError } from '../common/errors';
import type { DirectoryConfig } from '../config/config';
import { Directory, type DirectoryEntry, type DirectoryGroup, type LoginResult } from './directory';
import { readEntryId, searchedEntryId } from './entry-id';
import { LdapConnection } from './ldap.connection';
import { LdapFailure } from './ldap-failure';

/** Result codes of RFC 4511 4.1.9 that decide something here. */
const RESULT = {
  sizeLimitExceeded: 4,
  referral: 10,
  noSuchAttribute: 16,
  constraintViolation: 19,
  noSuchObject: 32,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
  insufficientAccessRights: 50,
  unwillingToPerform: 53,
} as const;

/**
 * What a server answers to a person's bind when it judged and said no: wrong, locked, ended, without a password. Every
 * other code (busy, unavailable, encryption wanted …) judged nothing.
 */
const REFUSED_LOGIN: ReadonlySet<number> = new Set([
  RESULT.invalidCredentials,
  RESULT.constraintViolation,
  RESULT.unwillingToPerform,
  RESULT.noSuchObject,
  RESULT.inappropriateAuthentication,
  RESULT.insufficientAccessRights,
]);

const NOT_A_MEMBER: ReadonlySet<number> = new Set([RESULT.noSuchObject, RESULT.noSuchAttribute]);

const RETRY_AFTER_SECONDS = 30;

/** Of more groups of one person, these many count. */
const MAX_GROUPS = 500;
/** Asked about with one search. */
const MEMBERS_AT_ONCE = 50;

type Person = Omit<DirectoryEntry, 'isAdmin' | 'isDisabled' | 'groups'>;
type FoundGroup = DirectoryGroup & { dn: string };
type OpenConnection = () => Promise<LdapConnection>;

/** The people of an LDAP server (RFC 4511) or Active Directory. Each call has connections of its own, and one deadline. */
export class LdapDirectory extends Directory {
  private readonly personFilter: Filter;
  private readonly disabledFilter: Filter | null;

  /** Throws when a filter is none (RFC 4515), or has escapes: ldapjs would send them as they are written. */
  constructor(private readonly config: DirectoryConfig) {
    super();
    this.personFilter = readFilter('person', config.personFilter);
    this.disabledFilter =
      config.disabledFilter === null ? null : readFilter('disabled', config.disabledFilter);
  }

  async login(typedName: string, password: string): Promise<LoginResult> {
    if (typedName === '' || password === '' || `${typedName}${password}`.includes('\0')) return { ok: false };
    return this.converse(async (open) => {
      const service = await this.openService(open);
      const person = await this.findPerson(service, this.config.loginAttribute, typedName);
      // An unknown name costs the same operations as a wrong password, so that time does not tell them apart.
      const accepted = await this.accepts(await open(), person?.dn ?? this.nobodysDn(), password);
      if (!person || !accepted) return { ok: false };
      const entry = await this.withRights(service, person);
      return entry.isDisabled ? { ok: false } : { ok: true, entry };
    });
  }

  async observe(ids: readonly string[]): Promise<Map<string, 'present' | 'disabled'>> {
    if (ids.length === 0) return new Map();
    return this.converse(async (open) => {
      const service = await this.openService(open);
      const present = await this.idsOf(service, ids, null);
      const disabled =
        this.disabledFilter === null ? [] : await this.idsOf(service, ids, this.disabledFilter);
      return new Map<string, 'present' | 'disabled'>([
        ...present.map((id) => [id, 'present'] as const),
        ...disabled.map((id) => [id, 'disabled'] as const),
      ]);
    });
  }

  async findByUsername(username: string): Promise<DirectoryEntry | null> {
    return this.find(this.config.loginAttribute, username);
  }

  async findById(id: string): Promise<DirectoryEntry | null> {
    return this.find(this.config.idAttribute, searchedEntryId(this.config.idAttribute, id));
  }

  async findGroup(name: string): Promise<DirectoryGroup | null> {
    const { groupBaseDn, groupNameAttribute: attribute } = this.config;
    if (groupBaseDn === null || name === '' || name.includes('\0')) return null;
    return this.converse(async (open) => {
      const service = await this.openService(open);
      const named = new EqualityFilter({ attribute, value: name });
      const found = await this.searchGroups(service, groupBaseDn, named, 2);
      const [group] = found;
      return group !== undefined && found.length === 1 ? { id: group.id, name: group.name } : null;
    });
  }

  async ping(): Promise<void> {
    await this.converse(async (open) => {
      await this.openService(open);
    });
  }

  private async find(attribute: string, value: string | Buffer | null): Promise<DirectoryEntry | null> {
    if (value === null || value.length === 0) return null;
    return this.converse(async (open) => {
      const service = await this.openService(open);
      const person = await this.findPerson(service, attribute, value);
      return person && (await this.withRights(service, person));
    });
  }

  /** Runs one conversation within the deadline, closes all its connections, and turns its failure into an outage. */
  private async converse<T>(work: (open: OpenConnection) => Promise<T>): Promise<T> {
    const connections: LdapConnection[] = [];
    const endsAt = performance.now() + this.config.timeoutMs;
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      const late = new LdapFailure('deadline', `no answer within ${this.config.timeoutMs} ms`);
      timer = setTimeout(() => reject(late), this.config.timeoutMs);
    });
    const open: OpenConnection = async () => {
      const leftMs = Math.ceil(endsAt - performance.now());
      if (leftMs <= 0) throw new LdapFailure('deadline', 'no time left');
      const connection = LdapConnection.start(this.config, leftMs);
      connections.push(connection);
      await connection.ready();
      return connection;
    };
    try {
      return await Promise.race([work(open), deadline]);
    } catch (error) {
      if (!(error instanceof LdapFailure)) throw error;
      throw new DomainError(
        'upstream-unavailable',
        'directory.unavailable',
        {},
        {
          cause: error,
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        },
      );
    } finally {
      clearTimeout(timer);
      for (const connection of connections) connection.close();
    }
  }

  private async openService(open: OpenConnection): Promise<LdapConnection> {
    const service = await open();
    await service.bind(this.config.bindDn, this.config.bindPassword);
    return service;
  }

  /** The one person with this value, or null when there is none or more than one. */
  private async findPerson(
    service: LdapConnection,
    attribute: string,
    value: string | Buffer,
  ): Promise<Person | null> {
    const filter = new AndFilter({
      filters: [this.personFilter, new EqualityFilter({ attribute, value })],
    });
    const attributes = [...new Set([...this.entryAttributes(), ...DN_ATTRIBUTES])];
    try {
      const entries = await service.search(this.config.baseDn, {
        scope: 'sub',
        filter,
        attributes,
        sizeLimit: 2,
      });
      const [entry] = entries;
      return entry && entries.length === 1 ? this.readPerson(entry) : null;
    } catch (error) {
      if (hasResult(error, AMBIGUOUS_OR_ELSEWHERE)) return null;
      throw error;
    }
  }

  private async accepts(connection: LdapConnection, dn: string, password: string): Promise<boolean> {
    try {
      await connection.bind(dn, password);
      return true;
    } catch (error) {
      if (hasResult(error, REFUSED_LOGIN)) return false;
      throw error;
    }
  }

  private async withRights(service: LdapConnection, person: Person): Promise<DirectoryEntry> {
    const isDisabled =
      this.disabledFilter !== null &&
      (await this.idsOf(service, [person.id], this.disabledFilter)).includes(person.id);
    const levels = await this.groupsOf(service, person.dn);
    const isAdmin =
      (await this.isAdmin(service, person.dn)) || (await this.isAdminThrough(service, levels ?? []));
    const groups = levels?.flat().map(({ id, name }) => ({ id, name })) ?? null;
    return { ...person, isAdmin, isDisabled, groups };
  }

  /**
   * The groups that name the person, those that name one of these, and so on; each in its first place. A server that
   * refuses to tell about groups keeps nobody from logging in.
   */
  private async groupsOf(service: LdapConnection, dn: string): Promise<FoundGroup[][] | null> {
    const { groupBaseDn, groupLevels } = this.config;
    if (groupBaseDn === null) return null;
    try {
      const found = new Set<string>();
      const levels: FoundGroup[][] = [];
      let members = [dn];
      for (let level = 1; level <= groupLevels && members.length > 0; level += 1) {
        const holding = await this.groupsHolding(service, groupBaseDn, members, MAX_GROUPS - found.size);
        // Groups can hold each other.
        const fresh = holding.filter(({ id }) => !found.has(id));
        for (const { id } of fresh) found.add(id);
        levels.push(fresh);
        members = fresh.map((group) => group.dn);
      }
      return levels;
    } catch (error) {
      if (error instanceof LdapFailure && (error.resultCode !== null || error.step === 'read')) return null;
      throw error;
    }
  }

  /** Those that have one of these entries as a member themselves. */
  private async groupsHolding(
    service: LdapConnection,
    groupBaseDn: string,
    members: readonly string[],
    atMost: number,
  ): Promise<FoundGroup[]> {
    const attribute = this.config.groupMemberAttribute;
    const found: FoundGroup[] = [];
    for (let from = 0; from < members.length && found.length < atMost; from += MEMBERS_AT_ONCE) {
      const some = members.slice(from, from + MEMBERS_AT_ONCE);
      const filters = some.map((value) => new EqualityFilter({ attribute, value }));
      const anyOf = new OrFilter({ filters });
      found.push(...(await this.searchGroups(service, groupBaseDn, anyOf, atMost - found.length)));
    }
    return found;
  }

  /** What has no member is no group; of one that is in several places by one name, each counts. */
  private async searchGroups(
    service: LdapConnection,
    groupBaseDn: string,
    filter: Filter,
    sizeLimit: number,
  ): Promise<FoundGroup[]> {
    const { idAttribute, groupNameAttribute, groupMemberAttribute } = this.config;
    const hasMembers = new PresenceFilter({ attribute: groupMemberAttribute });
    const entries = await service.search(groupBaseDn, {
      scope: 'sub',
      filter: new AndFilter({ filters: [hasMembers, filter] }),
      attributes: [idAttribute, groupNameAttribute, ...DN_ATTRIBUTES],
      sizeLimit,
      cutShort: true,
    });
    return entries.flatMap((entry) => {
      const [name] = textsOf(entry, groupNameAttribute);
      return name === undefined ? [] : [{ id: this.readId(entry), name, dn: dnOf(entry) }];
    });
  }

  /** Those of the ids that have an entry of a person, one that also fits `filter`. */
  private async idsOf(
    service: LdapConnection,
    ids: readonly string[],
    filter: Filter | null,
  ): Promise<string[]> {
    const { baseDn, idAttribute } = this.config;
    const equal = ids.flatMap((id) => {
      const value = searchedEntryId(idAttribute, id);
      return value === null ? [] : [new EqualityFilter({ attribute: idAttribute, value })];
    });
    if (equal.length === 0) return [];
    const anyOf = new OrFilter({ filters: equal });
    const filters = [this.personFilter, anyOf, ...(filter === null ? [] : [filter])];
    const entries = await service.search(baseDn, {
      scope: 'sub',
      filter: new AndFilter({ filters }),
      attributes: [idAttribute],
      sizeLimit: equal.length,
    });
    return entries.map((entry) => this.readId(entry));
  }

  private readId(entry: SearchEntry): string {
    const { idAttribute } = this.config;
    const [value] = buffersOf(entry, idAttribute);
    const id = value && readEntryId(idAttribute, value);
    if (!id) throw new LdapFailure('read', `no readable ${idAttribute} in the entry`);
    return id;
  }

  private async isAdmin(service: LdapConnection, dn: string): Promise<boolean> {
    const { adminGroupDn, groupMemberAttribute } = this.config;
    if (adminGroupDn === null) return false;
    try {
      return await service.compare(adminGroupDn, groupMemberAttribute, dn);
    } catch (error) {
      if (hasResult(error, NOT_A_MEMBER)) return false;
      throw error;
    }
  }

  /** Does the admin group name a group of the person's? It counts as a level, wherever it is. */
  private async isAdminThrough(service: LdapConnection, levels: readonly FoundGroup[][]): Promise<boolean> {
    const { adminGroupDn, groupMemberAttribute: attribute, groupLevels } = this.config;
    if (adminGroupDn === null) return false;
    const groups = levels.slice(0, groupLevels - 1).flat();
    for (let from = 0; from < groups.length; from += MEMBERS_AT_ONCE) {
      const some = groups.slice(from, from + MEMBERS_AT_ONCE);
      const filter = new OrFilter({
        filters: some.map(({ dn }) => new EqualityFilter({ attribute, value: dn })),
      });
      if ((await this.searchAdminGroup(service, adminGroupDn, filter)).length > 0) return true;
    }
    return false;
  }

  private async searchAdminGroup(
    service: LdapConnection,
    adminGroupDn: string,
    filter: Filter,
  ): Promise<SearchEntry[]> {
    const attributes = [this.config.idAttribute];
    try {
      return await service.search(adminGroupDn, { scope: 'base', filter, attributes, sizeLimit: 1 });
    } catch (error) {
      if (hasResult(error, NOT_A_MEMBER)) return [];
      throw error;
    }
  }

  private entryAttributes(): string[] {
    const { loginAttribute, idAttribute, displayNameAttribute, emailAttribute } = this.config;
    return [loginAttribute, idAttribute, displayNameAttribute, emailAttribute];
  }

  /** Throws when the service account may not read the name or the id: without them nobody is identified. */
  private readPerson(entry: SearchEntry): Person {
    const { loginAttribute, displayNameAttribute, emailAttribute } = this.config;
    const names = textsOf(entry, loginAttribute);
    // Of several, always the same one: a person who types another is still that person.
    const [username] = names;
    if (username === undefined) throw new LdapFailure('read', `no readable ${loginAttribute} in the entry`);
    return {
      id: this.readId(entry),
      dn: dnOf(entry),
      username,
      displayName: textsOf(entry, displayNameAttribute)[0] ?? username,
      email: textsOf(entry, emailAttribute)[0] ?? null,
    };
  }

  private nobodysDn(): string {
    return `${this.config.loginAttribute}=berth-nobody,${this.config.baseDn}`;
  }
}

/** A search limit that was passed is more than one entry; a base that is only a referral holds no entry here. */
const AMBIGUOUS_OR_ELSEWHERE: ReadonlySet<number> = new Set([RESULT.sizeLimitExceeded, RESULT.referral]);

/** RFC 5020, and Active Directory's. */
const DN_ATTRIBUTES = ['entryDN', 'distinguishedName'];

function readFilter(name: string, text: string): Filter {
  if (text.includes('\\')) throw new Error(`The ${name} filter cannot have a backslash escape.`);
  return parseFilter(text);
}

function hasResult(error: unknown, codes: ReadonlySet<number>): boolean {
  return error instanceof LdapFailure && error.resultCode !== null && codes.has(error.resultCode);
}

/** ldapjs' DNs are parsed and written again, and lose a backslash in a value: where the entry says its DN, that is used. */
function dnOf(entry: SearchEntry): string {
  for (const attribute of DN_ATTRIBUTES) {
    const [dn] = textsOf(entry, attribute);
    if (dn !== undefined) return dn;
  }
  return entry.pojo.objectName;
}

function buffersOf(entry: SearchEntry, attribute: string): Buffer[] {
  const found = entry.attributes.find(({ type }) => type.toLowerCase() === attribute.toLowerCase());
  return found ? found.buffers : [];
}

function textsOf(entry: SearchEntry, attribute: string): string[] {
  return buffersOf(entry, attribute)
    .map((value) => value.toString('utf8'))
    .filter((text) => text !== '');
}
