import { Redis } from 'ioredis';
import { Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../../src/common/clock';
import { loadConfig } from '../../src/config/load-config';
import type { Limit } from '../../src/throttle/attempts';
import { InsuredAttempts } from '../../src/throttle/insured-attempts';
import { MemoryAttempts } from '../../src/throttle/memory-attempts';
import { RedisAttempts } from '../../src/throttle/redis-attempts';
import { RedisConnection } from '../../src/throttle/redis-connection';
import { Throttle } from '../../src/throttle/throttle';
import { redis } from '../servers/redis';
import { TcpProxy } from '../servers/tcp-proxy';

interface Replica {
  connection: RedisConnection;
  throttle: Throttle;
}

describe('throttles of two replicas on one Redis', () => {
  let proxy: TcpProxy;
  let replicas: [Replica, Replica];
  const limit = (windowMs = 60_000): Limit => ({ key: uuidv7(), tries: 10, windowMs });

  beforeAll(() => void Logger.overrideLogger(false));
  afterAll(() => void Logger.overrideLogger(['log', 'error', 'warn']));
  beforeEach(async () => {
    const server = new URL(redis());
    proxy = await TcpProxy.start({ host: server.hostname, port: Number(server.port) });
    server.host = `127.0.0.1:${proxy.port}`;
    replicas = [await startReplica(server.toString()), await startReplica(server.toString())];
  });
  afterEach(async () => {
    for (const { connection } of replicas) connection.onModuleDestroy();
    await proxy.down();
  });

  const [ONE, OTHER] = [0, 1] as const;
  const admitted = async (which: 0 | 1, times: number, ...limits: [Limit, ...Limit[]]): Promise<number> => {
    const { throttle } = replicas[which];
    const all = await Promise.all(Array.from({ length: times }, () => throttle.admit(...limits)));
    return all.filter((admission) => admission.admitted).length;
  };

  const isShared = async (): Promise<boolean> => {
    const probe = limit();
    return (await admitted(ONE, 10, probe)) + (await admitted(OTHER, 10, probe)) === 10;
  };

  it('let through together what the limit says, however many ask at once', async () => {
    const name = limit();
    const both = await Promise.all([admitted(ONE, 50, name), admitted(OTHER, 50, name)]);
    expect(both[ONE] + both[OTHER]).toBe(10);
    const refused = await replicas[OTHER].throttle.admit(name);
    if (refused.admitted) throw new Error('admitted');
    expect(refused.waitMs).toBeGreaterThan(0);
    expect(refused.waitMs).toBeLessThanOrEqual(60_000);
  });

  it('forget together', async () => {
    const [name, address] = [limit(), limit()];
    expect(await admitted(ONE, 9, name, address)).toBe(9);
    const last = await replicas[OTHER].throttle.admit(name, address);
    if (!last.admitted) throw new Error('not admitted');
    await last.attempt.forgive();
    expect(await admitted(ONE, 20, name)).toBe(10);
    expect(await admitted(ONE, 20, address)).toBe(1);
  });

  it('take one attempt back', async () => {
    const name = limit();
    expect(await admitted(ONE, 9, name)).toBe(9);
    const last = await replicas[ONE].throttle.admit(name);
    if (!last.admitted) throw new Error('not admitted');
    await last.attempt.withdraw();
    expect(await admitted(OTHER, 20, name)).toBe(1);
  });

  it('leave no key behind when the window has passed, nor room before', async () => {
    const name = limit(1_500);
    const client = new Redis(redis());
    const keys = async () => (await client.keys('berth:attempts:*')).length;
    await client.flushdb();
    expect(await admitted(ONE, 20, name)).toBe(10);
    expect(await keys()).toBe(1);
    const refused = await replicas[ONE].throttle.admit(name);
    await until(async () => (await keys()) === 0);
    expect(await admitted(OTHER, 20, name)).toBe(10);
    expect(refused.admitted).toBe(false);
    client.disconnect();
  });

  it.each([
    ['goes down', () => proxy.down()],
    [
      'stops answering',
      () => {
        proxy.stall();
        return Promise.resolve();
      },
    ],
  ])(
    'limit each by itself while Redis %s, without an error, and together when it is back',
    async (_, fail) => {
      const name = limit();
      await fail();
      expect([await admitted(ONE, 20, name), await admitted(OTHER, 20, name)]).toEqual([10, 10]);
      await proxy.down();
      await proxy.up();
      await until(isShared);
      const both = [await admitted(ONE, 20, name), await admitted(OTHER, 20, name)];
      expect(both).toEqual([10, 0]);
    },
  );
});

async function startReplica(url: string): Promise<Replica> {
  const config = loadConfig({
    NODE_ENV: 'test',
    PUBLIC_URL: 'http://localhost:3000',
    DATABASE_URL: 'sqlite::memory:',
    HARBOR_URL: 'http://localhost:1',
    HARBOR_USERNAME: 'robot$berth',
    HARBOR_PASSWORD: 'password',
    LDAP_URL: 'ldap://localhost:1',
    LDAP_BIND_DN: 'cn=berth',
    LDAP_BIND_PASSWORD: 'password',
    LDAP_BASE_DN: 'dc=example',
    AUTH_SECRET: 'x'.repeat(32),
    REDIS_URL: url,
  });
  const connection = new RedisConnection(config);
  if (connection.redis === null) throw new Error('no Redis is configured');
  const clock = new Clock();
  const attempts = new InsuredAttempts(new RedisAttempts(connection.redis), new MemoryAttempts(clock), clock);
  await until(() => connection.redis?.status === 'ready');
  return { connection, throttle: new Throttle(attempts, 'secret') };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
