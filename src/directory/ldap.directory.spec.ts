import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { SandboxDirectory } from '../../sandbox/directory/sandbox-directory';
import type { DirectoryConfig } from '../config/config';
import { isDomainError } from '../common/errors';
import { LdapDirectory } from './ldap.directory';

const START_TLS_ACCEPTED = Buffer.from('300c02010178070a010004000400', 'hex');
const BIND_OK = Buffer.from('300c02010161070a010004000400', 'hex');
/** Result code 122 (assertionFailed, RFC 4528), which ldapjs does not know. */
const BIND_UNKNOWN_CODE = Buffer.from('300c02010161070a017a04000400', 'hex');
const BIND_BUSY = Buffer.from('300c02010161070a013304000400', 'hex');

const settings: DirectoryConfig = {
  url: 'ldap://127.0.0.1:1',
  startTls: false,
  ca: null,
  bindDn: 'cn=berth,dc=sandbox,dc=example',
  bindPassword: 'sandbox-directory',
  baseDn: 'dc=sandbox,dc=example',
  loginAttribute: 'uid',
  idAttribute: 'entryUUID',
  displayNameAttribute: 'displayName',
  emailAttribute: 'mail',
  personFilter: '(objectClass=person)',
  disabledFilter: null,
  adminGroupDn: null,
  groupMemberAttribute: 'member',
  groupBaseDn: null,
  groupNameAttribute: 'cn',
  groupLevels: 1,
  groupsMaxStaleMs: 86_400_000,
  timeoutMs: 500,
};

describe('LdapDirectory and a server that misbehaves', () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];

  /** A server that answers the n-th message with the n-th reply, and then does what `afterwards` says. */
  async function serverOf(replies: Buffer[], afterwards: (socket: Socket) => void) {
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      const left = [...replies];
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        received.push(chunk);
        const reply = left.shift();
        if (reply) socket.write(reply, () => left.length === 0 && afterwards(socket));
        else afterwards(socket);
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { url: `ldap://127.0.0.1:${port}`, received };
  }

  async function failureOf(config: Partial<DirectoryConfig>) {
    const error: unknown = await new LdapDirectory({ ...settings, ...config })
      .login('ada', 'right')
      .catch((thrown: unknown) => thrown);
    if (!isDomainError(error)) throw new Error(`expected a DomainError, got ${String(error)}`);
    return {
      kind: error.kind,
      code: error.code,
      retryAfterSeconds: error.retryAfterSeconds,
      cause: String(error.cause),
    };
  }

  const outage = { kind: 'upstream-unavailable', code: 'directory.unavailable', retryAfterSeconds: 30 };

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  it.each([
    ['hangs up without an answer', [], (socket: Socket) => socket.destroy(), 'closed'],
    ['never answers', [], () => undefined, 'no answer within 500 ms'],
    ['answers what is not LDAP', [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], () => undefined, ''],
    ['answers LDAP that cannot be read', [Buffer.from('300302010a', 'hex')], () => undefined, 'not LDAP'],
    ['is busy', [BIND_BUSY], () => undefined, 'BusyError (51)'],
    ['answers a result code that nobody knows', [BIND_UNKNOWN_CODE], () => undefined, ''],
    ['hangs up after the service bind', [BIND_OK], (socket: Socket) => socket.destroy(), 'closed'],
  ])('is unavailable when it %s', async (_name, replies, afterwards, reason) => {
    const { url } = await serverOf(replies, afterwards);
    const failure = await failureOf({ url });
    expect(failure).toMatchObject(outage);
    expect(failure.cause).toContain(reason);
  });

  it.each([
    ['hangs up in the handshake', (socket: Socket) => socket.destroy()],
    ['ends the connection in the handshake', (socket: Socket) => socket.end()],
    ['answers plain text in the handshake', (socket: Socket) => socket.write(BIND_OK)],
    ['stays silent in the handshake', () => undefined],
  ])(
    'is unavailable and sends no bind when StartTLS is accepted and the server %s',
    async (_name, afterwards) => {
      const { url, received } = await serverOf([START_TLS_ACCEPTED], afterwards);
      expect(await failureOf({ url, startTls: true })).toMatchObject(outage);
      expect(Buffer.concat(received).toString('latin1')).not.toContain('sandbox-directory');
    },
  );

  it('does not start with a person filter that ldapjs would send wrongly', () => {
    expect(() => new LdapDirectory({ ...settings, personFilter: '(cn=a\\2ab)' })).toThrow('backslash');
    expect(() => new LdapDirectory({ ...settings, personFilter: '(cn=a' })).toThrow();
  });

  it('says in its cause what happened, and neither a DN nor a password', async () => {
    const sandbox = await SandboxDirectory.start({ people: [] });
    const failure = await failureOf({ url: sandbox.url, bindPassword: 'wrong-service-password' }).finally(
      () => sandbox.stop(),
    );
    expect(failure).toMatchObject(outage);
    expect(failure.cause).toBe('LdapFailure: LDAP bind: InvalidCredentialsError (49)');
  });
});
