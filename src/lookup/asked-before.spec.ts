import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { aboutLink, aboutProject } from '../changes/change-key';
import { ChangeMarks } from '../changes/change-marks';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import type { ImageLink } from '../common/image-link';
import { AUDIENCES_GOOD_FOR_MS } from '../images/sharing/image-visibility';
import { AskedBefore } from './asked-before';
import type { FactReader } from './fact-reader';
import { LookupMemory, type Found } from './lookup-memory';

const PEOPLE = 200;

class SlowReader implements Pick<FactReader, 'asker' | 'project' | 'seenImage' | 'tag'> {
  askers = 0;
  mostAtOnce = 0;
  private atOnce = 0;

  async asker(username: string): ReturnType<FactReader['asker']> {
    this.askers += 1;
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    await turn();
    this.atOnce -= 1;
    return { personId: username, audiences: [] };
  }

  async project(): ReturnType<FactReader['project']> {
    return Promise.resolve(null);
  }

  async seenImage(): ReturnType<FactReader['seenImage']> {
    return Promise.resolve(null);
  }

  async tag(): ReturnType<FactReader['tag']> {
    const seenAt = new Date();
    return Promise.resolve({
      harborProjectId: 7,
      recordedDigest: null,
      currentDigest: null,
      state: 'as-recorded',
      recordedGone: false,
      hasOpenViolation: false,
      platforms: [],
      sizeBytes: 0,
      firstSeenAt: seenAt,
      checkedAt: seenAt,
    });
  }
}

describe('AskedBefore', () => {
  const reader = new SlowReader();
  const changes = new Changes(new Clock());
  const marks = new ChangeMarks(changes);
  const memory = new LookupMemory(reader as Pick<FactReader, 'asker'> as FactReader, marks);
  const askedBefore = new AskedBefore(memory, marks);
  const linkOf = (number: number): ImageLink => ({
    address: 'harbor.example.com',
    project: `user-${number}`,
    repository: 'app',
    tag: 'v1',
    digest: null,
  });

  /** Asked once, and so in memory. */
  async function ask(number: number): Promise<Found> {
    const name = { username: `p${number}` };
    const mark = memory.mark();
    const asker = await memory.asker(name, mark);
    await memory.link(asker, linkOf(number), mark);
    const found = memory.find(name, linkOf(number), performance.now());
    if (found === undefined) throw new Error('it was just read');
    askedBefore.remember(`question ${number}`, { ...found, name, maxAgeMs: 0 });
    return found;
  }

  beforeAll(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'setTimeout', 'nextTick', 'queueMicrotask'] });
    marks.onModuleInit();
  });

  afterAll(() => jest.useRealTimers());

  it.each([aboutProject('user-1'), aboutLink('user-1/app:v1')])(
    'forgets a question once %s changed, and no other',
    async (key) => {
      for (const number of [1, 2]) await ask(number);
      changes.announce([key]);
      expect(askedBefore.find('question 1', performance.now())).toBeUndefined();
      expect(askedBefore.find('question 2', performance.now())).toBeDefined();
      expect(askedBefore.find('question 1', performance.now())).toBeUndefined();
    },
  );

  it('keeps what is asked again and again in memory, however much else is read', async () => {
    await ask(1);
    const mark = memory.mark();
    const project = 'user-9';
    const tag = await reader.tag();
    for (let number = 0; number < 20_000; number += 1) {
      memory.keepTag({ project, repository: 'app', tag: `v${number}` }, tag, mark);
      if (number % 1_000 === 0) askedBefore.find('question 1', performance.now());
    }
    expect(memory.find({ username: 'p1' }, linkOf(1), null)).toBeDefined();
    await ask(9);
    expect(memory.find({ username: 'p9' }, { ...linkOf(9), tag: 'v0' }, null)).toBeUndefined();
  });

  it('reads again what ends soon, a few at a time, and answers meanwhile', async () => {
    const ends: number[] = [];
    for (let number = 0; number < PEOPLE; number += 1) {
      const { parts } = await ask(number);
      ends.push(Math.min(...parts.map(({ goodUntilMs }) => goodUntilMs)));
    }
    const read = reader.askers;
    jest.advanceTimersByTime(AUDIENCES_GOOD_FOR_MS / 2 - 1_000);
    const soon = ends.filter((endsAtMs) => endsAtMs <= performance.now() + 20_000);
    for (const number of ends.keys()) {
      expect(askedBefore.find(`question ${number}`, performance.now())).toBeDefined();
    }
    while (reader.askers < read + soon.length) await sleep(1);
    expect(reader.askers).toBe(read + soon.length);
    expect(reader.mostAtOnce).toBeGreaterThan(1);
    expect(reader.mostAtOnce).toBeLessThanOrEqual(8);
  });
});
