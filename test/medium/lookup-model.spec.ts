import { setTimeout as sleep } from 'node:timers/promises';
import { runLatestModel } from '../chaos/latest-model';
import { Truth } from '../chaos/truth';
import { TagRecordsService } from '../../src/tag-rule/tag-records.service';
import type { Answer, Client } from '../e2e/journey';
import type { TcpProxy } from '../servers/tcp-proxy';
import { LookupWorld, type Replica } from './lookup-world';

/** What memory answers was true a second before the question, or later. */
const TRUE_SINCE_MS = 1_000;
const PUSHES = 60;
const TURNS = 4;
/** At this turn all stays as it is for so long that an answer of before would be seen. */
const LONG_TURN = 3;
const LONG_MS = 400;
const DOWN_MS = 400;
const PATIENCE_MS = 20_000;

interface Asked {
  askedMs: number;
  answeredMs: number;
  answer: Answer;
}

/** Something that comes and goes, and how the question is answered then. */
interface Toggle {
  tag: string;
  for: string;
  before: () => Promise<void>;
  on: { status: string; call: () => Promise<Answer> };
  off: { status: string; call: () => Promise<Answer> };
}

describe('every answer of a lookup', () => {
  it('of latest was its digest in the time that it may be old, wherever it is asked', async () => {
    const { asked, wrong } = await runLatestModel({ pushes: PUSHES, seed: 7, say: () => undefined });
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(PUSHES);
  });

  describe('was so within the last second, while Harbor and the database come and go, and so do', () => {
    let world: LookupWorld;
    let owner: Client;
    let admin: Client;
    const ids = new Map<string, string>();

    beforeAll(async () => {
      world = await LookupWorld.start([{}, {}]);
      ({ owner } = world);
      admin = await world.logIn(world.replicas[0], 'p003');
      for (const replica of world.replicas) await world.logIn(replica, 'p002');
      await done(async () => (await world.logIn(world.replicas[0], 'p002')).post('/account/credentials', {}));
    });
    afterAll(async () => {
      await world.stop();
    });

    /** Again where it was cut off. */
    const done = async (call: () => Promise<Answer>): Promise<void> => {
      const endsMs = performance.now() + PATIENCE_MS;
      for (;;) {
        const { status, body } = await call();
        if (status < 300) return;
        if (status < 500 || performance.now() > endsMs) throw new Error(JSON.stringify(body));
        await sleep(50);
      }
    };
    const imported = async (tag: string): Promise<void> => {
      await world.push(tag, tag);
      ids.set(tag, await world.import(tag));
    };
    const image = (tag: string) => `/images/${ids.get(tag)}`;
    const share = '/shares/person/p002';

    const toggles: Record<string, Toggle> = {
      shares: {
        tag: 'shared',
        for: 'p002',
        before: async () => imported('shared'),
        on: { status: '200', call: async () => owner.put(`${image('shared')}${share}`, {}) },
        off: { status: '404', call: async () => owner.delete(`${image('shared')}${share}`) },
      },
      publications: {
        tag: 'public',
        for: 'p002',
        before: async () => imported('public'),
        on: {
          status: '200',
          call: async () => admin.put(`${image('public')}/visibility`, { visibility: 'public' }),
        },
        off: {
          status: '404',
          call: async () => admin.put(`${image('public')}/visibility`, { visibility: 'private' }),
        },
      },
      memberships: {
        tag: 'of-members',
        for: 'p002',
        before: async () => imported('of-members'),
        on: {
          status: '200',
          call: async () => owner.put('/projects/user-p001/members/p002', { role: 'guest' }),
        },
        off: { status: '404', call: async () => owner.delete('/projects/user-p001/members/p002') },
      },
      blocks: {
        tag: 'moved',
        for: 'p001',
        before: async () => {
          await imported('moved');
          await world.move('moved', 'moved to');
          const name = { project: 'user-p001', repository: 'demo', tag: 'moved' };
          await world.replicas[0].app.get(TagRecordsService).check(name);
        },
        on: {
          status: '409',
          call: async () => owner.put('/projects/user-p001/policies', { tagRule: 'block' }),
        },
        off: {
          status: '200',
          call: async () => owner.put('/projects/user-p001/policies', { tagRule: 'pin' }),
        },
      },
      departures: {
        tag: 'of-leavers',
        for: 'p002',
        before: async () => {
          await imported('of-leavers');
          await done(async () => owner.put(`${image('of-leavers')}${share}`, {}));
        },
        on: { status: '404', call: async () => admin.post('/admin/persons/p002/offboard', {}) },
        off: { status: '200', call: async () => admin.post('/admin/persons/p002/restore', {}) },
      },
    };

    it.each(Object.entries(toggles))('%s', async (_, { tag, for: username, before, on, off }) => {
      await before();
      const standing = new Truth();
      await standing.become(off.status, async () => Promise.resolve(null));
      const stopping = new AbortController();
      const asking = [...world.replicas, ...world.replicas].map(async (replica) =>
        askOn(world, replica, tag, username, stopping.signal),
      );
      const become = async ({ status, call }: Toggle['on']): Promise<void> =>
        standing.become(status, async () => {
          await done(call);
          return null;
        });
      for (let turn = 1; turn <= TURNS; turn += 1) {
        await become(on);
        await sleep(turn === LONG_TURN ? TRUE_SINCE_MS + LONG_MS : 30 * turn);
        if (turn === 1) await awhile(world.proxies.database);
        if (turn === 2) await awhile(world.proxies.harbor);
        await become(off);
        await sleep(turn === LONG_TURN ? TRUE_SINCE_MS + LONG_MS : 30 * turn);
        if (turn === 4) await awhile(world.proxies.database);
      }
      stopping.abort();
      const all = (await Promise.all(asking)).flat();
      const untrue = all.filter(
        ({ askedMs, answeredMs, answer: { status, body } }) =>
          status < 500 &&
          body.stale !== true &&
          !standing.wasTrue(String(status), askedMs - TRUE_SINCE_MS, answeredMs),
      );
      expect(untrue.map(({ answer }) => [answer.status, answer.body])).toEqual([]);
      const statuses = new Set(all.map(({ answer }) => String(answer.status)));
      expect([...statuses]).toEqual(expect.arrayContaining([on.status, off.status]));
    });
  });
});

/** It is down. */
async function awhile(proxy: TcpProxy): Promise<void> {
  await proxy.down();
  await sleep(DOWN_MS);
  await proxy.up();
}

async function askOn(
  world: LookupWorld,
  replica: Replica,
  tag: string,
  username: string,
  signal: AbortSignal,
): Promise<Asked[]> {
  const all: Asked[] = [];
  while (!signal.aborted) {
    const askedMs = performance.now();
    const answer = await world.ask(replica, tag, username);
    all.push({ askedMs, answeredMs: performance.now(), answer });
  }
  return all;
}
