import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import { aboutLink } from '../../src/changes/change-key';
import { ChangeFeed } from '../../src/changes/change-feed';
import { Changes } from '../../src/changes/changes';
import { TagRecordsService } from '../../src/tag-rule/tag-records.service';
import { ImageAccess } from '../../src/images/sharing/image-access';
import type { Answer, Client } from '../e2e/journey';
import { LookupWorld, type Replica } from './lookup-world';

describe('what one replica changed', () => {
  let world: LookupWorld;
  let one: Replica;
  let other: Replica;
  let owner: Client;
  let imageId: string;

  beforeAll(async () => {
    world = await LookupWorld.start([{}, {}]);
    [one, other] = world.replicas;
    ({ owner } = world);
    for (const replica of world.replicas) await world.logIn(replica, 'p002');
    await world.push('v1', 'one');
    imageId = await world.import('v1');
  });
  afterAll(async () => {
    await world.stop();
  });

  /** As the other replica answers p002 once it saw all that was committed. */
  const seenByOther = async (tag: string, maxAgeMs?: number) => {
    await world.catchUp(other);
    return world.ask(other, tag, 'p002', maxAgeMs);
  };

  it('is a share, and its end', async () => {
    expect((await seenByOther('v1')).status).toBe(404);
    expect((await owner.put(`/images/${imageId}/shares/person/p002`, {})).status).toBeLessThan(300);
    expect(await seenByOther('v1')).toMatchObject({ status: 200, body: { imageId } });
    // In the same words again: from then on the question is remembered with what was found for it.
    expect((await seenByOther('v1')).status).toBe(200);
    expect((await owner.delete(`/images/${imageId}/shares/person/p002`)).status).toBe(204);
    expect((await seenByOther('v1')).status).toBe(404);
  });

  it('is an image that is imported, and one that is deleted', async () => {
    await world.push('v2', 'two');
    expect((await world.ask(other, 'v2')).body.imageId).toBeNull();
    const id = await world.import('v2');
    await world.catchUp(other);
    expect((await world.ask(other, 'v2')).body.imageId).toBe(id);
    await owner.delete(`/images/${id}`);
    await world.catchUp(other);
    expect((await world.ask(other, 'v2')).body.imageId).toBeNull();
  });

  it('is the digest of latest', async () => {
    await world.push('latest', 'first');
    expect((await world.ask(other, 'latest', 'p001', 60_000)).status).toBe(200);
    const digest = await world.push('latest', 'second');
    expect((await world.ask(one, 'latest')).body.digest).toBe(digest);
    await world.catchUp(other);
    expect((await world.ask(other, 'latest', 'p001', 60_000)).body.digest).toBe(digest);
  });

  it('is a tag that was found moved, and put back', async () => {
    const recorded = await world.push('v3', 'three');
    expect((await world.ask(other, 'v3')).body).toMatchObject({ digest: recorded, state: 'as-recorded' });
    await world.move('v3', 'another three');
    await one.app.get(TagRecordsService).check({ project: 'user-p001', repository: 'demo', tag: 'v3' });
    await world.catchUp(other);
    expect((await world.ask(other, 'v3')).body).toMatchObject({ digest: recorded, state: 'moved' });
  });

  it('is that Harbor lets nobody pull an image, which the other need not ask', async () => {
    const warningsOf = ({ body }: Answer) => (body.warnings as { code: string }[]).map(({ code }) => code);
    const until = async (isSo: () => Promise<boolean>) => {
      while (!(await isSo())) await new Promise((go) => setTimeout(go, 20));
    };
    await world.setVulnerabilityPolicy();
    // An import looks at the project; whatever was read of it before is believed for a while.
    const seen: unknown = Reflect.get(one.app.get(ImageAccess, { strict: false }), 'projectsSeen');
    if (seen instanceof LRUCache) seen.clear();
    await world.push('v6', 'six');
    await world.import('v6');
    await world.catchUp(other);
    const digest = await world.push('v5', 'five');
    // A starved replica says for a moment that its database is away.
    const isTold = async (replica: Replica, warnings: number) => {
      const answer = await world.ask(replica, 'v5');
      return answer.status === 200 && warningsOf(answer).length === warnings;
    };
    await until(async () => (await isTold(other, 0)) && world.pullsAsked(digest) > 0);
    world.refusePulls(digest);
    await until(async () => isTold(one, 1));
    await world.proxies.harbor.down();
    await world.catchUp(other);
    const told = await world.ask(other, 'v5');
    await world.proxies.harbor.up();
    expect(told).toMatchObject({ status: 200, body: { digest } });
    expect(warningsOf(told)).toEqual(['lookup.warning.vulnerable']);
  });

  it('is seen also when a transaction that began earlier ends later', async () => {
    const [early, late] = [aboutLink('library/early:v1'), aboutLink('library/late:v1')];
    const announced: string[] = [];
    other.app.get(Changes).listen((keys) => announced.push(...keys));
    const changes = one.app.get(Changes);
    const dataSource = one.app.get(DataSource);
    await dataSource.transaction(async (first) => {
      await changes.record(first, early);
      await dataSource.transaction(async (second) => changes.record(second, late));
      await other.app.get(ChangeFeed).look();
      expect(announced).toContain(late);
      expect(announced).not.toContain(early);
    });
    await other.app.get(ChangeFeed).look();
    expect(announced).toContain(early);
  });

  it('is nothing when its transaction is rolled back', async () => {
    const key = aboutLink('library/undone:v1');
    const announced: string[] = [];
    for (const { app } of world.replicas) app.get(Changes).listen((keys) => announced.push(...keys));
    const undone = one.app.get(DataSource).transaction(async (manager) => {
      await one.app.get(Changes).record(manager, key);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await other.app.get(ChangeFeed).look();
    expect(announced).not.toContain(key);
  });
});
