/**
 * The real servers that the medium and e2e tests talk to: MariaDB, slapd, Redis, and the skopeo binary.
 *
 *   node scripts/servers.mjs run -- <command>   servers up, the command with their addresses, servers down
 *   node scripts/servers.mjs up | status | down  leave them running between runs of jest
 *
 * A server whose URL is in the environment is used as it is; else an installed binary is started on a free port, with
 * its files in a fresh temporary folder; else it is installed with apt-get (as root, asking first at a terminal).
 */
import { execFile, spawn } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
} from 'node:fs';
import { readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STATE_FILE = join(ROOT, '.servers', 'state.json');
const HOST = '127.0.0.1';
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

/** Each needed program: the variable that makes it unnecessary, where it may be, and the Debian package that has it. */
const PROGRAMS = {
  mariadbd: { given: 'BERTH_TEST_MARIADB_URL', package: 'mariadb-server' },
  'mariadb-install-db': { given: 'BERTH_TEST_MARIADB_URL', package: 'mariadb-server' },
  slapd: { given: 'BERTH_TEST_LDAP_URL', package: 'slapd' },
  'redis-server': { given: 'BERTH_TEST_REDIS_URL', package: 'redis-server' },
  skopeo: { given: 'BERTH_TEST_SKOPEO', package: 'skopeo' },
  openssl: { given: 'BERTH_TEST_TLS_FOLDER', package: 'openssl' },
};

/** The kernel has only so many asynchronous requests for all servers of a machine; tests need none. */
const NO_KERNEL_AIO = '--innodb-use-native-aio=0';

const isRoot = process.getuid?.() === 0;

/** The path of an installed program, or null. /usr/sbin is looked at too: people's PATH often leaves it out. */
function find(program) {
  for (const folder of [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/sbin',
  ]) {
    const path = join(folder, program);
    try {
      if (folder !== '') accessSync(path, constants.X_OK);
      if (folder !== '') return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

function missingPackages() {
  const missing = Object.entries(PROGRAMS).filter(
    ([name, { given }]) => !process.env[given] && find(name) === null,
  );
  return [...new Set(missing.map(([, program]) => program.package))];
}

async function run(command, args, options = {}) {
  try {
    const running = promisify(execFile)(command, args, { maxBuffer: 64 * 1024 * 1024, ...options });
    running.child.stdin.end();
    await running;
  } catch (error) {
    const lines = [error.stdout, error.stderr, error.message].filter(Boolean).join('\n').split('\n');
    const errors = lines.filter((line) => /error|fatal|fail/i.test(line)).slice(0, 10);
    const shown = [...errors, ...lines.slice(-20)].join('\n');
    throw new Error(`${command} ${args[0] ?? ''} failed:\n${shown}`, { cause: error });
  }
}

async function installMissing() {
  const packages = missingPackages();
  if (packages.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (!isRoot || find('apt-get') === null) {
    const given = Object.values(PROGRAMS).filter((program) => packages.includes(program.package));
    throw new Error(
      `The tests need programs that are not installed: ${packages.join(', ')}.\n` +
        `Install them (Debian, Ubuntu: sudo ${command}), run this as root, or name running servers with ` +
        `${[...new Set(given.map((program) => program.given))].join(', ')}.`,
    );
  }
  if (process.stdin.isTTY) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question(`The tests need ${packages.join(', ')}. Run "${command}"? [y/N] `);
    terminal.close();
    if (!/^y(es)?$/i.test(answer.trim())) throw new Error(`Not installed. Run it yourself: ${command}`);
  }
  console.error(`installing ${packages.join(', ')}`);
  // Debian asks this file whether a package may start its own service: the tests start theirs, on their own ports.
  const policy = '/usr/sbin/policy-rc.d';
  const isOurPolicy = !existsSync(policy);
  if (isOurPolicy) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-q'], { env });
    await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], { env });
  } finally {
    if (isOurPolicy) rmSync(policy, { force: true });
  }
  const stillMissing = missingPackages();
  if (stillMissing.length > 0) throw new Error(`apt-get did not bring ${stillMissing.join(', ')}`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, HOST, () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Waits until the port takes a connection and, for a server that speaks first, says something. */
async function listening(port, child, speaksFirst = false) {
  const endsAt = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < endsAt) {
    if (child.exitCode !== null) throw new Error(`ended with code ${child.exitCode}`);
    const isReady = await new Promise((resolve) => {
      const socket = connect(port, HOST);
      const decide = (value) => {
        socket.destroy();
        resolve(value);
      };
      socket.once('error', () => decide(false)).once('close', () => decide(false));
      socket.once(speaksFirst ? 'data' : 'connect', () => decide(true));
    });
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`does not listen after ${READY_TIMEOUT_MS} ms`);
}

/** Starts one server in its folder, and waits for it. Its output is in `<folder>/log`, shown when it does not start. */
async function start(session, name, port, command, args, speaksFirst = false) {
  const log = join(session.folder, `${name}.log`);
  const output = openSync(log, 'a');
  const child = spawn(command, args, {
    cwd: session.folder,
    detached: session.detached,
    stdio: ['ignore', output, output],
  });
  child.once('error', () => undefined);
  session.children.push({ name, pid: child.pid, child });
  if (session.detached) child.unref();
  try {
    await listening(port, child, speaksFirst);
  } catch (error) {
    const lastLines = readFileSync(log, 'utf8').split('\n').slice(-20).join('\n');
    throw new Error(`${name} ${error.message}:\n${lastLines}`, { cause: error });
  }
}

async function startMariadb(session) {
  const folder = join(session.folder, 'mariadb');
  const temporary = join(session.folder, 'mariadb-tmp');
  for (const each of [folder, temporary]) mkdirSync(each);
  // A server that starts removes the temporary tables in its folder, also another's: the other then crashes.
  const tmpdir = `--tmpdir=${temporary}`;
  const user = isRoot ? ['--user=root'] : [];
  await run(find('mariadb-install-db'), [
    '--no-defaults',
    ...user,
    `--datadir=${folder}`,
    tmpdir,
    '--skip-test-db',
    '--skip-name-resolve',
    NO_KERNEL_AIO,
  ]);
  const init = join(session.folder, 'mariadb-init.sql');
  writeFileSync(
    init,
    `CREATE USER 'berth'@'%' IDENTIFIED BY 'berth';\nGRANT ALL PRIVILEGES ON *.* TO 'berth'@'%' WITH GRANT OPTION;\n`,
  );
  const port = await freePort();
  const args = [
    '--no-defaults',
    ...user,
    `--datadir=${folder}`,
    tmpdir,
    `--socket=${join(session.folder, 'mariadb.sock')}`,
    `--pid-file=${join(session.folder, 'mariadb.pid')}`,
    `--bind-address=${HOST}`,
    `--port=${port}`,
    `--init-file=${init}`,
    '--character-set-server=utf8mb4',
    '--skip-name-resolve',
    '--skip-log-bin',
    NO_KERNEL_AIO,
    '--innodb-buffer-pool-size=64M',
    '--innodb-flush-log-at-trx-commit=2',
    '--max-connections=300',
  ];
  await start(session, 'mariadb', port, find('mariadbd'), args, true);
  return { BERTH_TEST_MARIADB_URL: `mariadb://berth:berth@${HOST}:${port}` };
}

/** A CA, a certificate for this machine's loopback signed by it, and a CA that signed nothing (for refusals). */
async function makeCertificates(session) {
  const folder = join(session.folder, 'tls');
  mkdirSync(folder);
  const path = (name) => join(folder, name);
  const openssl = (...args) => run(find('openssl'), args);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const ca of ['ca', 'other-ca']) {
    await openssl(
      'req',
      '-x509',
      ...key,
      '-days',
      '30',
      '-subj',
      `/CN=Berth test ${ca}`,
      '-keyout',
      path(`${ca}.key`),
      '-out',
      path(`${ca}.pem`),
    );
  }
  await openssl(
    'req',
    ...key,
    '-subj',
    '/CN=localhost',
    '-keyout',
    path('server.key'),
    '-out',
    path('server.csr'),
  );
  writeFileSync(path('names'), `subjectAltName=DNS:localhost,IP:${HOST}\n`);
  await openssl(
    ...[
      'x509',
      '-req',
      '-days',
      '30',
      '-in',
      path('server.csr'),
      '-CA',
      path('ca.pem'),
      '-CAkey',
      path('ca.key'),
    ],
    ...['-CAcreateserial', '-extfile', path('names'), '-out', path('server.pem')],
  );
  return { BERTH_TEST_TLS_FOLDER: folder };
}

async function startSlapd(session, tlsFolder) {
  const folder = join(session.folder, 'slapd');
  mkdirSync(join(folder, 'db'), { recursive: true });
  const schemas = ['/etc/ldap/schema', '/etc/openldap/schema', '/usr/local/etc/openldap/schema'].find(
    existsSync,
  );
  const modules = ['/usr/lib/ldap', '/usr/lib64/openldap', '/usr/lib/openldap'].find(existsSync);
  if (!schemas) throw new Error('slapd is installed without its schema folder');
  const baseDn = 'dc=berth,dc=test';
  const bindDn = `cn=admin,${baseDn}`;
  const lines = [
    ...['core', 'cosine', 'inetorgperson'].map((schema) => `include ${schemas}/${schema}.schema`),
    ...(modules ? [`modulepath ${modules}`, 'moduleload back_mdb'] : []),
    `pidfile ${folder}/slapd.pid`,
    // Careless on purpose: with an empty password it says yes, so that a test sees Berth not asking.
    'allow bind_anon_cred',
    `TLSCACertificateFile ${tlsFolder}/ca.pem`,
    `TLSCertificateFile ${tlsFolder}/server.pem`,
    `TLSCertificateKeyFile ${tlsFolder}/server.key`,
    'database mdb',
    'maxsize 67108864',
    `suffix "${baseDn}"`,
    `rootdn "${bindDn}"`,
    'rootpw berth-admin',
    `directory ${folder}/db`,
    'access to attrs=userPassword by anonymous auth by * none',
    'access to * by users read by * none',
  ];
  writeFileSync(join(folder, 'slapd.conf'), `${lines.join('\n')}\n`);
  writeFileSync(
    join(folder, 'base.ldif'),
    `dn: ${baseDn}\nobjectClass: dcObject\nobjectClass: organization\no: Berth\ndc: berth\n`,
  );
  // Ubuntu's AppArmor lets the program at its own path read nothing but /etc/ldap and /var/lib/ldap.
  const program = join(folder, 'slapd');
  copyFileSync(find('slapd'), program);
  chmodSync(program, 0o755);
  await run(program, ['-T', 'add', '-f', join(folder, 'slapd.conf'), '-l', join(folder, 'base.ldif')]);
  const [port, securePort] = [await freePort(), await freePort()];
  const urls = `ldap://${HOST}:${port}/ ldaps://${HOST}:${securePort}/`;
  // slapd allocates for every descriptor it may open, and containers allow a thousand million.
  const command = 'ulimit -n 1024; exec "$0" -d none -f slapd/slapd.conf -h "$1"';
  await start(session, 'slapd', port, '/bin/sh', ['-c', command, program, urls]);
  return {
    BERTH_TEST_LDAP_URL: `ldap://${HOST}:${port}`,
    BERTH_TEST_LDAPS_URL: `ldaps://${HOST}:${securePort}`,
    BERTH_TEST_LDAP_BIND_DN: bindDn,
    BERTH_TEST_LDAP_BIND_PASSWORD: 'berth-admin',
    BERTH_TEST_LDAP_BASE_DN: baseDn,
    BERTH_TEST_LDAP_CA_FILE: `${tlsFolder}/ca.pem`,
  };
}

async function startRedis(session) {
  const port = await freePort();
  const args = [
    '--port',
    String(port),
    '--bind',
    HOST,
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    session.folder,
  ];
  await start(session, 'redis', port, find('redis-server'), args);
  return { BERTH_TEST_REDIS_URL: `redis://${HOST}:${port}` };
}

/** Process ids come back: one from the state file is only ours when it works in our folder (where /proc can tell). */
function isOurs(pid, folder) {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self/cwd') || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
  } catch {
    return false;
  }
}

async function stopProcess({ pid, child }, folder) {
  const isRunning = () =>
    child ? child.exitCode === null && child.signalCode === null : isOurs(pid, folder);
  if (pid === undefined || !isRunning()) return;
  process.kill(pid, 'SIGTERM');
  const endsAt = Date.now() + STOP_TIMEOUT_MS;
  while (isRunning() && Date.now() < endsAt) await new Promise((resolve) => setTimeout(resolve, 50));
  if (isRunning()) process.kill(pid, 'SIGKILL');
}

async function stopSession(session) {
  await Promise.all(session.children.map((child) => stopProcess(child, session.folder)));
  rmSync(session.folder, { recursive: true, force: true });
}

/**
 * Finds, starts or installs everything. Resolves to `{ env, folder, children, stop }`: `env` is what the tests read,
 * `stop` ends what was started and removes its folder. When something does not start, all of it is stopped first. Ends
 * the servers on SIGINT and SIGTERM too, unless `detached`.
 */
export async function startServers({ detached = false } = {}) {
  await installMissing();
  const session = { folder: mkdtempSync(join(tmpdir(), 'berth-servers-')), children: [], detached };
  let stopped;
  const stop = () => (stopped ??= stopSession(session).finally(forgetSignals));
  const onSignal = (signal) => void stop().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  const onExit = () => session.children.forEach(({ child }) => child.kill('SIGKILL'));
  const forgetSignals = () => {
    process.off('exit', onExit);
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  process.on('exit', onExit);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const given = process.env;
    const tls = given.BERTH_TEST_TLS_FOLDER ? {} : await makeCertificates(session);
    const tlsFolder = given.BERTH_TEST_TLS_FOLDER ?? tls.BERTH_TEST_TLS_FOLDER;
    const started = await Promise.allSettled([
      given.BERTH_TEST_MARIADB_URL ? {} : startMariadb(session),
      given.BERTH_TEST_LDAP_URL ? {} : startSlapd(session, tlsFolder),
      given.BERTH_TEST_REDIS_URL ? {} : startRedis(session),
      given.BERTH_TEST_SKOPEO ? {} : { BERTH_TEST_SKOPEO: find('skopeo') },
    ]);
    const failures = started
      .filter(({ status }) => status === 'rejected')
      .map(({ reason }) => reason.message);
    if (failures.length > 0) throw new Error(failures.join('\n'));
    if (detached) forgetSignals();
    return { env: Object.assign({}, tls, ...started.map(({ value }) => value)), ...session, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readState() {
  return existsSync(STATE_FILE) ? JSON.parse(readFileSync(STATE_FILE, 'utf8')) : null;
}

async function up() {
  const state = readState();
  if (state?.children.every(({ pid }) => isOurs(pid, state.folder)))
    return console.log(`up already, since ${state.startedAt}`);
  if (state) await down();
  const { env, folder, children } = await startServers({ detached: true });
  mkdirSync(dirname(STATE_FILE), { recursive: true });
  const pids = children.map(({ name, pid }) => ({ name, pid }));
  writeFileSync(
    STATE_FILE,
    JSON.stringify({ startedAt: new Date().toISOString(), folder, children: pids, env }, null, 2),
  );
  for (const [name, value] of Object.entries(env)) console.log(`${name}=${value}`);
  console.log('Tests find these by themselves; end them with: node scripts/servers.mjs down');
}

async function down() {
  const state = readState();
  if (!state) return console.log('nothing is up');
  await stopSession(state);
  rmSync(STATE_FILE);
  console.log(`stopped ${state.children.map(({ name }) => name).join(', ')}`);
}

function status() {
  const state = readState();
  if (!state) return console.log('nothing is up');
  for (const { name, pid } of state.children)
    console.log(`${name} ${isOurs(pid, state.folder) ? 'runs' : 'ended'} (process ${pid})`);
}

async function runCommand(command, args) {
  if (!command)
    throw new Error('say what to run: node scripts/servers.mjs run -- npx jest --selectProjects medium');
  const servers = await startServers();
  try {
    process.exitCode = await new Promise((resolve, reject) => {
      const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...servers.env } });
      for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    await servers.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [word, ...rest] = process.argv.slice(2);
  const [command, ...args] = rest[0] === '--' ? rest.slice(1) : rest;
  const words = { up, down, status, run: () => runCommand(command, args) };
  try {
    if (!words[word])
      throw new Error('usage: node scripts/servers.mjs up | down | status | run -- <command>');
    await words[word]();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
