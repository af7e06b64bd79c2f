import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'ldapjs';
import { Client } from '../e2e/journey';
import { Replicas } from '../e2e/replicas';
import { ldap } from '../servers/ldap';

const ZOE = 'zo\u00eb.fisher';
const LEAD = 'lead dev';
const WRONG = 'another person';
const PASSWORD = 'correct horse';

const upper = (text: string): string => text.toUpperCase();
const decomposed = (text: string): string => text.normalize('NFD');
/** Full width, as East Asian keyboards write ASCII. */
const wide = (text: string): string =>
  text.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
const each = (text: string, change: (letter: string) => string): string[] =>
  [...text].map((letter, at, letters) =>
    [...letters.slice(0, at), change(letter), ...letters.slice(at + 1)].join(''),
  );

/** Each once: some letters have no other case. */
function unlike(spellings: readonly string[]): readonly string[] {
  return [...new Set(spellings)];
}

const OF_ZOE = unlike([
  ZOE,
  upper(ZOE),
  decomposed(ZOE),
  upper(decomposed(ZOE)),
  wide(ZOE),
  wide(upper(ZOE)),
  wide(decomposed(ZOE)),
  'zo\u00eb.\ufb01sher',
  upper('zo\u00eb.\ufb01sher'),
  ...each(ZOE, upper),
  ...each(ZOE, wide),
  'zo\u00eb.f\u00adisher',
  'zo\u00eb.fis\u200bher',
  '\ufeffzo\u00eb.fisher',
  ' zo\u00eb.fisher',
  'zo\u00eb.fisher ',
  '\u00a0zo\u00eb.fisher',
  'zo\u00eb.fisher\t',
  'zo\u00eb .fisher',
  'zoe.fisher',
  'zo\u0451.fisher',
]);
const OF_LEAD = unlike([
  LEAD,
  upper(LEAD),
  wide(LEAD),
  'lead  dev',
  'lead   dev',
  ' lead dev',
  'lead dev ',
  'lead\u3000dev',
  'lead\u00a0dev',
  'lead\u2003dev',
  'lead\tdev',
  'leaddev',
  '\u017fead dev',
  'l\u0435ad dev',
]);

interface Outcome {
  spelling: string;
  status: number;
  username: unknown;
  project: unknown;
}

describe('spellings of a username at a real slapd', () => {
  const server = ldap();
  const root = `ou=berth-${randomBytes(6).toString('hex')},${server.baseDn}`;
  let folder: string;
  let replicas: Replicas;

  beforeAll(async () => {
    await addPeople(server, root, [ZOE, LEAD, WRONG]);
    folder = mkdtempSync(join(tmpdir(), 'berth-spellings-'));
    replicas = await Replicas.start({
      databaseUrl: `sqlite:${join(folder, 'berth.sqlite')}`,
      replicas: 1,
      people: 1,
      env: {
        LDAP_URL: server.url,
        LDAP_BIND_DN: server.bindDn,
        LDAP_BIND_PASSWORD: server.bindPassword,
        LDAP_BASE_DN: root,
        LDAP_ADMIN_GROUP_DN: '',
        LOGIN_TRIES: '1000',
        LOGIN_TRIES_PER_ADDRESS: '1000',
      },
    });
  });
  afterAll(async () => {
    await replicas.stop();
    rmSync(folder, { recursive: true });
  });

  const loginAs = async (spelling: string): Promise<Outcome> => {
    const [url = ''] = replicas.urls;
    const { status, body } = await new Client(url).post('/auth/login', {
      username: spelling,
      password: PASSWORD,
    });
    if (status !== 200) return { spelling, status, username: null, project: null };
    const person = new Client(url, String(body.accessToken));
    const issued = await person.post('/account/credentials', { reset: true });
    return { spelling, status, username: issued.body.username, project: issued.body.project };
  };

  it.each([
    ['a name with accents', ZOE, OF_ZOE],
    ['a name with a space', LEAD, OF_LEAD],
  ])('of %s are one identity, or are refused', async (_, username, spellings) => {
    const plain = await loginAs(username);
    expect(plain.status).toBe(200);
    const outcomes: Outcome[] = [];
    for (const spelling of spellings) outcomes.push(await loginAs(spelling));
    const served = outcomes.filter(({ status }) => status === 200);
    const refused = outcomes.filter(({ status }) => status !== 200);
    expect(served.map(({ username: name, project }) => [name, project])).toEqual(
      served.map(() => [plain.username, plain.project]),
    );
    expect(refused.filter(({ status }) => ![401, 422].includes(status))).toEqual([]);
    expect(served.length).toBeGreaterThan(spellings.length / 2 - 1);
  });

  it('made one user and one project for each of the two', () => {
    expect(OF_ZOE.length + OF_LEAD.length).toBeGreaterThanOrEqual(50);
    const { calls } = replicas.around.harbor;
    const made = (path: string): number =>
      calls.filter(
        (call) => call.method === 'POST' && call.status === 201 && call.path === `/api/v2.0${path}`,
      ).length;
    expect([made('/users'), made('/projects')]).toEqual([2, 2]);
  });
});

async function addPeople(
  server: ReturnType<typeof ldap>,
  root: string,
  names: readonly string[],
): Promise<void> {
  const client = createClient({
    url: server.url,
    bindDN: server.bindDn,
    bindCredentials: server.bindPassword,
  });
  client.on('error', () => undefined);
  const add = (dn: string, entry: Record<string, string>): Promise<void> =>
    new Promise((resolve, reject) =>
      client.add(dn, entry, (error: Error | null) => (error === null ? resolve() : reject(error))),
    );
  try {
    await add(root, { objectClass: 'organizationalUnit' });
    for (const [number, uid] of names.entries()) {
      await add(`cn=person-${number},${root}`, {
        objectClass: 'inetOrgPerson',
        cn: `person-${number}`,
        sn: uid,
        uid,
        userPassword: PASSWORD,
      });
    }
  } finally {
    client.destroy();
  }
}
