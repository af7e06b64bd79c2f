import { inspect } from 'node:util';
import { createApp } from '../../src/app.setup';
import { loadConfig } from '../../src/config/load-config';
import { canariesIn, canary, listenToPrinted } from './canary';

describe('the database’s password', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is in nothing that a start without a database says', async () => {
    const password = canary('the password in DATABASE_URL');
    const lines: string[] = [];
    const config = loadConfig({
      NODE_ENV: 'test',
      LOG_LEVEL: 'trace',
      PUBLIC_URL: 'http://localhost:3000',
      DATABASE_URL: `mariadb://berth:${encodeURIComponent(password.secret)}@127.0.0.1:1/berth`,
      HARBOR_URL: 'http://localhost:1',
      HARBOR_USERNAME: 'robot$berth',
      HARBOR_PASSWORD: 'password',
      LDAP_URL: 'ldap://localhost:1',
      LDAP_BIND_DN: 'cn=berth',
      LDAP_BIND_PASSWORD: 'password',
      LDAP_BASE_DN: 'dc=example',
      AUTH_SECRET: 'x'.repeat(32),
    });
    const printed = listenToPrinted();
    const error = await createApp(config, { logTo: { write: (line) => void lines.push(line) } }).then(
      () => null,
      (caught: unknown) => caught,
    );
    expect(error).not.toBeNull();
    expect(printed()).toContain('Unable to connect to the database');
    expect(canariesIn(`${printed()}\n${lines.join('')}\n${inspect(error)}`, [password])).toEqual([]);
  });
});
