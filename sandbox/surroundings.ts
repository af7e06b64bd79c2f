import { SANDBOX_MARK } from '../src/config/environment-rules';
import { SandboxDirectory, type SandboxPerson } from './directory/sandbox-directory';
import { SandboxHarbor, type SandboxHarborOptions } from './harbor/sandbox-harbor';
import { makeServiceRobot } from './service-robot';

const ADMIN = { username: 'admin', password: `Harbor12345-${SANDBOX_MARK}` };

/** A Harbor and a directory with many people, in this process and in memory. Berth runs elsewhere, once or more. */
export interface Surroundings {
  harbor: SandboxHarbor;
  harborAdmin: { username: string; password: string };
  directory: SandboxDirectory;
  people: readonly SandboxPerson[];
  /** Settings of a Berth that uses them, as in `.env.example`. */
  env(databaseUrl: string, port: number): NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** `p001`, `p002` … in any number. */
export function manyPeople(count: number): SandboxPerson[] {
  return Array.from({ length: count }, (_, index) => {
    const username = `p${String(index + 1).padStart(3, '0')}`;
    return { username, password: `${username}-${SANDBOX_MARK}`, displayName: username, email: null };
  });
}

export async function startSurroundings(
  people: readonly SandboxPerson[],
  options: Pick<SandboxHarborOptions, 'webhookDelaysMs'> = {},
): Promise<Surroundings> {
  const harbor = await SandboxHarbor.start({ ...options, adminPassword: ADMIN.password });
  const directory = await SandboxDirectory.start({ people });
  const robot = await makeServiceRobot(harbor.url, ADMIN.password);
  return {
    harbor,
    harborAdmin: ADMIN,
    directory,
    people,
    env: (databaseUrl, port) => ({
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      PORT: String(port),
      PUBLIC_URL: 'http://localhost:3000',
      LOG_LEVEL: 'error',
      DATABASE_URL: databaseUrl,
      HARBOR_URL: harbor.url,
      HARBOR_USERNAME: robot.name,
      HARBOR_PASSWORD: robot.secret,
      REGISTRY_ADDRESS: harbor.address,
      LDAP_URL: directory.url,
      LDAP_BIND_DN: directory.bindDn,
      LDAP_BIND_PASSWORD: directory.bindPassword,
      LDAP_BASE_DN: directory.baseDn,
      LDAP_ADMIN_GROUP_DN: directory.adminGroupDn,
      AUTH_SECRET: `${SANDBOX_MARK}-signs-access-tokens-of-the-sandbox`,
      ACCESS_TOKEN_SECONDS: '600',
      CREDENTIALS_PER_HOUR: '100000',
      ACCOUNT_EMAIL_DOMAIN: 'users.example.com',
    }),
    stop: async () => {
      await directory.stop();
      await harbor.stop();
    },
  };
}
