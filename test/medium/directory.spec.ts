import { randomBytes } from 'node:crypto';
import { createClient } from 'ldapjs';
import { SandboxDirectory, type SandboxDirectoryOptions } from '../../sandbox/directory/sandbox-directory';
import type { DirectoryConfig } from '../../src/config/config';
import { LdapDirectory } from '../../src/directory/ldap.directory';
import { certificates } from '../servers/certificates';
import { ldap, type LdapServer } from '../servers/ldap';
import { TcpProxy } from '../servers/tcp-proxy';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ODD_NAMES = ['o"hara, the <1st>; a+b=c', 'back\\slash', '#hash', '彦', 'star*(and)paren', 'a  b'];
const REFERRAL = 'ldap://directory.invalid/dc=elsewhere';

/** A directory with ada, the admin grace, two people called twin in two units, and the odd names; password: `pw-<name>`. */
interface Engine {
  settings: DirectoryConfig;
  /** The groups of ada: her own, those that these are in, and so on. */
  levels: string[][];
  /** A group of admins that names no person; whom it makes one, from how many levels on. */
  outerAdmins?: { groupDn: string; member: string; level: number };
  /** Who of the odd names is in the group vision-lab. */
  oddMembers: string[];
  rename(username: string, newUsername: string): void | Promise<void>;
  remove(username: string): void | Promise<void>;
  stop(): void | Promise<void>;
}

const base: Omit<
  DirectoryConfig,
  'url' | 'bindDn' | 'bindPassword' | 'baseDn' | 'adminGroupDn' | 'groupBaseDn'
> = {
  startTls: false,
  ca: null,
  loginAttribute: 'uid',
  idAttribute: 'entryUUID',
  displayNameAttribute: 'displayName',
  emailAttribute: 'mail',
  personFilter: '(objectClass=person)',
  disabledFilter: null,
  groupMemberAttribute: 'member',
  groupNameAttribute: 'cn',
  groupLevels: 1,
  groupsMaxStaleMs: 86_400_000,
  timeoutMs: 2500,
};

async function startSandbox(): Promise<Engine> {
  // ldapjs' server reads a filter by way of its text, and loses a `\\+` in it.
  const oddMembers = ODD_NAMES.filter((name) => !name.includes('+'));
  const person = (username: string) => ({
    username,
    password: `pw-${username}`,
    displayName: `The ${username}`,
  });
  const sandbox = await SandboxDirectory.start({
    people: [
      { ...person('ada'), email: 'ada@example.org' },
      { ...person('grace'), email: null, admin: true },
      { ...person('twin'), email: null },
      { ...person('twin'), email: null, unit: 'guests' },
      ...ODD_NAMES.map((name) => ({ ...person(name), email: null })),
    ],
    groups: [
      { name: 'vision-lab', members: ['ada', ...oddMembers] },
      { name: 'speech-lab', members: ['grace'] },
    ],
    referrals: [REFERRAL],
  });
  const { url, bindDn, bindPassword, baseDn, adminGroupDn, groupBaseDn } = sandbox;
  return {
    settings: { ...base, url, bindDn, bindPassword, baseDn, adminGroupDn, groupBaseDn },
    oddMembers,
    levels: [['vision-lab'], [], [], []],
    rename: (username, newUsername) => sandbox.rename(username, newUsername),
    remove: (username) => sandbox.remove(username),
    stop: () => sandbox.stop(),
  };
}

/** Changes the real directory as its administrator. */
class Administrator {
  private readonly client;

  constructor(server: LdapServer) {
    this.client = createClient({
      url: server.url,
      bindDN: server.bindDn,
      bindCredentials: server.bindPassword,
    });
    this.client.on('error', () => undefined);
  }

  add = (dn: string, entry: Record<string, string | string[]>) =>
    this.done((callback) => this.client.add(dn, entry, callback));
  remove = (dn: string) => this.done((callback) => this.client.del(dn, callback));
  rename = (dn: string, rdn: string) => this.done((callback) => this.client.modifyDN(dn, rdn, callback));
  close = () => this.client.destroy();

  private done(start: (callback: (error: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
  }
}

async function startSlapd(): Promise<Engine> {
  const server = ldap();
  const root = `ou=berth-${randomBytes(6).toString('hex')},${server.baseDn}`;
  const admin = new Administrator(server);
  // ldapjs parses a DN and writes it again without the backslashes' escape: so a backslash is escaped twice.
  const dnOf = (name: string, unit = 'people') =>
    `uid=${name.replace(/\\/g, '\\5c5c').replace(/[",+;<>=#]/g, (c) => `\\${c.charCodeAt(0).toString(16)}`)},ou=${unit},${root}`;
  const addPerson = (name: string, unit = 'people', more: Record<string, string | string[]> = {}) =>
    admin.add(dnOf(name, unit), {
      objectClass: 'inetOrgPerson',
      uid: name,
      cn: name,
      sn: name,
      displayName: `The ${name}`,
      userPassword: `pw-${name}`,
      ...more,
    });
  await admin.add(root, { objectClass: 'organizationalUnit' });
  for (const unit of ['people', 'guests', 'groups']) {
    await admin.add(`ou=${unit},${root}`, { objectClass: 'organizationalUnit' });
  }
  const bindDn = `cn=berth,${root}`;
  await admin.add(bindDn, {
    objectClass: ['organizationalRole', 'simpleSecurityObject'],
    cn: 'berth',
    userPassword: 'service-secret',
  });
  await addPerson('ada', 'people', { mail: ['ada@example.org'] });
  await addPerson('grace');
  await addPerson('twin');
  await addPerson('twin', 'guests');
  for (const name of ODD_NAMES) await addPerson(name);
  await addPerson('alias', 'people', { uid: ['alias', 'nickname'] });
  const adminGroupDn = `cn=admins,ou=groups,${root}`;
  await admin.add(adminGroupDn, { objectClass: 'groupOfNames', member: dnOf('grace') });
  const addGroup = (name: string, members: string[]) =>
    admin.add(`cn=${name},ou=groups,${root}`, {
      objectClass: 'groupOfNames',
      member: members.map((one) => dnOf(one).replaceAll('\\5c5c', '\\5c')),
    });
  await addGroup('vision-lab', ['ada', ...ODD_NAMES]);
  await addGroup('speech-lab', ['grace']);
  await addGroup('operators', ['alias']);
  // Not where groups are looked for.
  const outerAdmins = `cn=all-admins,ou=people,${root}`;
  const groupDn = (name: string) => `cn=${name},ou=groups,${root}`;
  const addGroupOfGroups = (name: string, members: string[]) =>
    admin.add(groupDn(name), { objectClass: 'groupOfNames', member: members.map(groupDn) });
  await addGroupOfGroups('all-labs', ['vision-lab', 'everybody']);
  await addGroupOfGroups('everybody', ['all-labs']);
  await addGroupOfGroups('site-operators', ['operators']);
  await admin.add(outerAdmins, { objectClass: 'groupOfNames', member: groupDn('site-operators') });
  await admin.add(`ou=elsewhere,${root}`, { objectClass: ['referral', 'extensibleObject'], ref: REFERRAL });
  return {
    settings: {
      ...base,
      url: server.url,
      bindDn,
      bindPassword: 'service-secret',
      baseDn: root,
      adminGroupDn,
      groupBaseDn: `ou=groups,${root}`,
    },
    outerAdmins: { groupDn: outerAdmins, member: 'alias', level: 3 },
    oddMembers: ODD_NAMES,
    levels: [['vision-lab'], ['all-labs'], ['everybody'], []],
    rename: (username, newUsername) => admin.rename(dnOf(username), `uid=${newUsername}`),
    remove: (username) => admin.remove(dnOf(username)),
    stop: () => admin.close(),
  };
}

describe.each([
  ['OpenLDAP', startSlapd],
  ['the sandbox directory', startSandbox],
])('LdapDirectory on %s', (_name, start) => {
  let engine: Engine;
  let directory: LdapDirectory;
  const outage = { kind: 'upstream-unavailable', code: 'directory.unavailable' };

  beforeAll(async () => {
    engine = await start();
    directory = new LdapDirectory(engine.settings);
  });
  afterAll(async () => {
    await engine.stop();
  });

  const idOf = async (username: string) => {
    const entry = await directory.findByUsername(username);
    if (!entry) throw new Error(`${username} is not in the directory`);
    return entry.id;
  };

  it('logs a person in, as the entry says', async () => {
    const result = await directory.login('ada', 'pw-ada');
    expect(result).toEqual({
      ok: true,
      entry: {
        id: expect.stringMatching(UUID) as string,
        dn: `uid=ada,ou=people,${engine.settings.baseDn}`,
        username: 'ada',
        displayName: 'The ada',
        email: 'ada@example.org',
        isAdmin: false,
        isDisabled: false,
        groups: [{ id: expect.stringMatching(UUID) as string, name: 'vision-lab' }],
      },
    });
  });

  it('knows an admin by the group', async () => {
    expect(await directory.login('grace', 'pw-grace')).toMatchObject({
      ok: true,
      entry: { isAdmin: true, email: null },
    });
  });

  it('tells the groups that name the person, and nobody else’s', async () => {
    const namesOf = async (username: string) =>
      (await directory.findByUsername(username))?.groups?.map(({ name }) => name).sort();
    expect(await namesOf('ada')).toEqual(['vision-lab']);
    expect(await namesOf('grace')).toEqual(['admins', 'speech-lab']);
    const odd = await Promise.all(engine.oddMembers.map(async (name) => [name, await namesOf(name)]));
    expect(odd).toEqual(engine.oddMembers.map((name) => [name, ['vision-lab']]));
  });

  it('tells groups within groups as far up as is configured, also where they hold each other', async () => {
    for (const [at] of engine.levels.entries()) {
      const deeper = new LdapDirectory({ ...engine.settings, groupLevels: at + 1 });
      const groups = (await deeper.findByUsername('ada'))?.groups?.map(({ name }) => name);
      expect(groups).toEqual(engine.levels.slice(0, at + 1).flat());
    }
  });

  it('knows an admin by a group that the admin group names, as far up as is configured', async () => {
    const { outerAdmins } = engine;
    for (const groupLevels of outerAdmins === undefined ? [] : [1, 2, 3, 4]) {
      const adminGroupDn = outerAdmins?.groupDn ?? null;
      const deeper = new LdapDirectory({ ...engine.settings, groupLevels, adminGroupDn });
      const isAdmin = groupLevels >= (outerAdmins?.level ?? 0);
      expect(await deeper.findByUsername(outerAdmins?.member ?? '')).toMatchObject({ isAdmin });
      expect(await deeper.findByUsername('ada')).toMatchObject({ isAdmin: false });
      const without = new LdapDirectory({ ...engine.settings, groupLevels, adminGroupDn, groupBaseDn: null });
      expect(await without.findByUsername(outerAdmins?.member ?? '')).toMatchObject({ isAdmin: false });
    }
  });

  it('finds a group by its name as the directory compares names, with the id that its members have it by', async () => {
    const ada = await directory.findByUsername('ada');
    expect(await directory.findGroup('Vision-Lab')).toEqual(ada?.groups?.[0]);
    for (const name of ['vision', 'vision*', '*', '', 'vision-lab)(cn=*', 'vision\0', 'people']) {
      expect(await directory.findGroup(name)).toBeNull();
    }
  });

  it('knows no groups where none are configured, and logs in where they cannot be read', async () => {
    const without = new LdapDirectory({ ...engine.settings, groupBaseDn: null });
    expect(await without.login('ada', 'pw-ada')).toMatchObject({ ok: true, entry: { groups: null } });
    expect(await without.findGroup('vision-lab')).toBeNull();
    const nowhere = new LdapDirectory({ ...engine.settings, groupBaseDn: 'ou=nowhere,dc=nowhere' });
    expect(await nowhere.login('ada', 'pw-ada')).toMatchObject({ ok: true, entry: { groups: null } });
  });

  it('has no admins when the group is not there', async () => {
    const adminGroupDn = `cn=nobody,${engine.settings.baseDn}`;
    const other = new LdapDirectory({ ...engine.settings, adminGroupDn });
    expect(await other.login('grace', 'pw-grace')).toMatchObject({ ok: true, entry: { isAdmin: false } });
  });

  it.each(['ADA', ' ada ', 'Ada'])('answers the entry’s username when %p was typed', async (typed) => {
    expect(await directory.login(typed, 'pw-ada')).toMatchObject({ ok: true, entry: { username: 'ada' } });
  });

  it.each(ODD_NAMES)('logs %p in, and with the right password alone', async (name) => {
    expect(await directory.login(name, `pw-${name}`)).toMatchObject({ ok: true, entry: { username: name } });
    expect(await directory.login(name, 'pw-ada')).toEqual({ ok: false });
  });

  it.each([
    ['a wrong password', 'ada', 'pw-grace'],
    ['an unknown name', 'nobody', 'pw-ada'],
    ['an empty password', 'ada', ''],
    ['an empty password of an unknown name', 'nobody', ''],
    ['a password with a NUL', 'ada', 'pw-ada\0'],
    ['an empty name', '', 'pw-ada'],
    ['a star', '*', 'pw-ada'],
    ['a prefix and a star', 'ad*', 'pw-ada'],
    ['a filter', '*)(uid=*', 'pw-ada'],
    ['a filter around the name', 'ada)(|(uid=*', 'pw-ada'],
    ['a NUL in the name', 'ada\0', 'pw-ada'],
    ['a DN', 'uid=ada,ou=people', 'pw-ada'],
    ['a name and a part of a DN', 'ada,ou=people', 'pw-ada'],
    ['a name that two entries have', 'twin', 'pw-twin'],
  ])('refuses %s', async (_what, name, password) => {
    expect(await directory.login(name, password)).toEqual({ ok: false });
  });

  it('knows only whom the person filter lets through', async () => {
    const personFilter = '(&(objectClass=person)(!(uid=ada)))';
    const other = new LdapDirectory({ ...engine.settings, personFilter });
    expect(await other.login('ada', 'pw-ada')).toEqual({ ok: false });
    expect(await other.findById(await idOf('ada'))).toBeNull();
    expect(await other.login('grace', 'pw-grace')).toMatchObject({ ok: true });
  });

  it('finds by username, and answers null when there is none or more than one', async () => {
    expect(await directory.findByUsername('grace')).toMatchObject({ username: 'grace', isAdmin: true });
    expect(await directory.findByUsername('*')).toBeNull();
    expect(await directory.findByUsername('nobody')).toBeNull();
    expect(await directory.findByUsername('twin')).toBeNull();
  });

  it('finds by id, and answers null when no entry has it', async () => {
    const id = await idOf('ada');
    expect(await directory.findById(id)).toMatchObject({ id, username: 'ada', isAdmin: false });
    expect(await directory.findById('00000000-0000-4000-8000-000000000000')).toBeNull();
    expect(await directory.findById('no-uuid)(uid=*')).toBeNull();
    expect(await directory.findById('')).toBeNull();
  });

  it('observes many at once: who is there, and who is disabled', async () => {
    const [ada, grace] = [await idOf('ada'), await idOf('grace')];
    const nobody = '00000000-0000-4000-8000-000000000000';
    const ids = [ada, nobody, 'no-uuid)(uid=*', '', grace];
    expect(await directory.observe(ids)).toEqual(
      new Map([
        [ada, 'present'],
        [grace, 'present'],
      ]),
    );
    const strict = new LdapDirectory({ ...engine.settings, disabledFilter: '(uid=grace)' });
    expect(await strict.observe(ids)).toEqual(
      new Map([
        [ada, 'present'],
        [grace, 'disabled'],
      ]),
    );
    expect(await strict.observe([])).toEqual(new Map());
    await expect(
      new LdapDirectory({ ...engine.settings, bindPassword: 'wrong' }).observe([ada]),
    ).rejects.toMatchObject({ code: 'directory.unavailable' });
    await expect(
      new LdapDirectory({ ...engine.settings, baseDn: 'dc=absent' }).observe([ada]),
    ).rejects.toMatchObject({ code: 'directory.unavailable' });
  });

  it('lets nobody log in who is disabled, and says so of an entry', async () => {
    const strict = new LdapDirectory({ ...engine.settings, disabledFilter: '(uid=grace)' });
    expect(await strict.login('grace', 'pw-grace')).toEqual({ ok: false });
    expect(await strict.login('ada', 'pw-ada')).toMatchObject({ ok: true, entry: { isDisabled: false } });
    expect(await strict.findByUsername('grace')).toMatchObject({ isDisabled: true });
  });

  it('keeps the id through a rename, and is null after the removal', async () => {
    const [name] = ODD_NAMES;
    const id = await idOf(name ?? '');
    await engine.rename(name ?? '', 'renamed');
    expect(await directory.findById(id)).toMatchObject({ id, username: 'renamed' });
    expect(await directory.login(name ?? '', `pw-${name}`)).toEqual({ ok: false });
    expect(await directory.login('renamed', `pw-${name}`)).toMatchObject({ ok: true, entry: { id } });
    await engine.remove('renamed');
    expect(await directory.findById(id)).toBeNull();
  });

  it('is unavailable, and judges nobody, when the service account is refused', async () => {
    const other = new LdapDirectory({ ...engine.settings, bindPassword: 'wrong' });
    await expect(other.login('ada', 'pw-ada')).rejects.toMatchObject(outage);
    await expect(other.login('ada', 'wrong')).rejects.toMatchObject(outage);
    await expect(other.findById(await idOf('ada'))).rejects.toMatchObject(outage);
    await expect(other.ping()).rejects.toMatchObject(outage);
    await expect(directory.ping()).resolves.toBeUndefined();
  });

  it('is unavailable when the base or the entry’s id cannot be read', async () => {
    const lost = new LdapDirectory({ ...engine.settings, baseDn: 'dc=not,dc=here' });
    await expect(lost.login('ada', 'pw-ada')).rejects.toMatchObject(outage);
    const nameless = new LdapDirectory({ ...engine.settings, idAttribute: 'employeeNumber' });
    await expect(nameless.login('ada', 'pw-ada')).rejects.toMatchObject(outage);
  });

  describe('when the directory fails', () => {
    let proxy: TcpProxy;
    let behindProxy: LdapDirectory;

    beforeEach(async () => {
      const { hostname, port } = new URL(engine.settings.url);
      proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
      behindProxy = new LdapDirectory({ ...engine.settings, url: `ldap://127.0.0.1:${proxy.port}` });
      expect(await behindProxy.login('ada', 'pw-ada')).toMatchObject({ ok: true });
    });
    afterEach(async () => proxy.down());

    // The test's own timeout is the promise: a dead directory is answered within 3 s.
    it('is unavailable while it is down, and works again after', async () => {
      await proxy.down();
      await expect(behindProxy.login('ada', 'pw-ada')).rejects.toMatchObject(outage);
      await expect(behindProxy.findById('x')).rejects.toMatchObject(outage);
      await proxy.up();
      expect(await behindProxy.login('ada', 'pw-ada')).toMatchObject({ ok: true });
    }, 3000);

    it('is unavailable when it takes connections and says nothing', async () => {
      proxy.stall();
      await expect(behindProxy.login('ada', 'pw-ada')).rejects.toMatchObject(outage);
    }, 3000);
  });
});

describe('LdapDirectory on OpenLDAP', () => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await startSlapd();
  });
  afterAll(async () => {
    await engine.stop();
  });

  it('answers the same username whichever of several a person types', async () => {
    const directory = new LdapDirectory(engine.settings);
    expect(await directory.login('NickName', 'pw-alias')).toMatchObject({
      ok: true,
      entry: { username: 'alias' },
    });
    expect(await directory.login('alias', 'pw-alias')).toMatchObject({
      ok: true,
      entry: { username: 'alias' },
    });
    const entry = await directory.findByUsername('nickname');
    expect(await directory.findById(entry?.id ?? '')).toMatchObject({ username: 'alias' });
  });

  const { tls } = ldap();
  // A server given by URL need not speak TLS.
  if (tls !== null) {
    const { ca, url } = tls;

    it.each([
      ['LDAPS', { url }],
      ['StartTLS', { startTls: true }],
    ])(
      'logs in over %s when the CA is the server’s, and is unavailable otherwise',
      async (_name, settings) => {
        const trusting = new LdapDirectory({ ...engine.settings, ...settings, ca });
        expect(await trusting.login('ada', 'pw-ada')).toMatchObject({ ok: true });
        expect(await trusting.login('ada', 'wrong')).toEqual({ ok: false });
        for (const wrong of [certificates().otherCa, null]) {
          const wary = new LdapDirectory({ ...engine.settings, ...settings, ca: wrong });
          await expect(wary.login('ada', 'pw-ada')).rejects.toMatchObject({ code: 'directory.unavailable' });
        }
      },
    );

    it('is unavailable when the plain port is spoken to in LDAPS', async () => {
      const plainUrl = engine.settings.url.replace(/^ldap:/, 'ldaps:');
      const directory = new LdapDirectory({ ...engine.settings, url: plainUrl, ca });
      await expect(directory.login('ada', 'pw-ada')).rejects.toMatchObject({ code: 'directory.unavailable' });
    });
  }
});

describe('LdapDirectory on the sandbox directory', () => {
  const started: SandboxDirectory[] = [];
  const start = async (options: SandboxDirectoryOptions) => {
    const sandbox = await SandboxDirectory.start(options);
    started.push(sandbox);
    return sandbox;
  };
  afterEach(async () => {
    for (const sandbox of started.splice(0)) await sandbox.stop();
  });

  const people = [{ username: 'ada', password: 'pw-ada', displayName: 'Ada', email: null }];

  it('sends nothing, least of all a password, when StartTLS is refused', async () => {
    const sandbox = await start({ people });
    const directory = new LdapDirectory({
      ...base,
      ...facts(sandbox),
      startTls: true,
      ca: certificates().ca,
    });
    await expect(directory.login('ada', 'pw-ada')).rejects.toMatchObject({ code: 'directory.unavailable' });
    expect(sandbox.operations).toEqual([]);
  });

  it('asks the directory as often for an unknown name as for a wrong password', async () => {
    const sandbox = await start({ people });
    const directory = new LdapDirectory({ ...base, ...facts(sandbox) });
    const kindsOf = async (name: string) => {
      sandbox.operations.splice(0);
      expect(await directory.login(name, 'wrong')).toEqual({ ok: false });
      return sandbox.operations.map(({ kind }) => kind);
    };
    expect(await kindsOf('ada')).toEqual(['bind', 'search', 'bind']);
    expect(await kindsOf('nobody')).toEqual(['bind', 'search', 'bind']);
  });

  it('never sends an empty password to a server that would say yes', async () => {
    const sandbox = await start({ people });
    expect(await new LdapDirectory({ ...base, ...facts(sandbox) }).login('ada', '')).toEqual({ ok: false });
    expect(sandbox.operations).toEqual([]);
  });

  it('speaks LDAPS', async () => {
    const { ca, otherCa, certificate, key } = certificates();
    const sandbox = await start({ people, certificate, key });
    const settings = { ...base, ...facts(sandbox) };
    expect(await new LdapDirectory({ ...settings, ca }).login('ada', 'pw-ada')).toMatchObject({ ok: true });
    const wary = new LdapDirectory({ ...settings, ca: otherCa });
    await expect(wary.login('ada', 'pw-ada')).rejects.toMatchObject({ code: 'directory.unavailable' });
  });

  it('is the same person with the same id after a restart, and forgets nobody while it is down', async () => {
    const first = await start({ people });
    const directory = new LdapDirectory({ ...base, ...facts(first) });
    const before = await directory.findByUsername('ada');
    await first.down();
    await expect(directory.ping()).rejects.toMatchObject({ code: 'directory.unavailable' });
    await first.up();
    expect(await directory.findByUsername('ada')).toEqual(before);
    await first.stop();
    const second = await start({ people });
    expect(await new LdapDirectory({ ...base, ...facts(second) }).findByUsername('ada')).toEqual(before);
  });

  function facts({ url, bindDn, bindPassword, baseDn, adminGroupDn, groupBaseDn }: SandboxDirectory) {
    return { url, bindDn, bindPassword, baseDn, adminGroupDn, groupBaseDn };
  }
});
