import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { dataSourceOptions, openDataSource } from '../database/data-source';
import type { HarborClient } from '../harbor/harbor.client';
import type { ArtifactLook, HarborProject } from '../harbor/harbor.types';
import type { LoggedChange } from './digest-history';
import { RecordFollowers } from './record-followers';
import { RecordWriter } from './record-writer';
import { TagDigest } from './tag-digest.entity';
import { TagRecord } from './tag-record.entity';
import { TagRecordsService } from './tag-records.service';
import { ViolationEvents } from './violations/violation-events';
import { Violation } from './violations/violation.entity';

const A = 'sha256:' + 'a'.repeat(64);
const B = 'sha256:' + 'b'.repeat(64);
const C = 'sha256:' + 'c'.repeat(64);
const V1 = { project: 'user-ada', repository: 'demo', tag: 'v1' };
const LATEST = { ...V1, tag: 'latest' };

/** One repository of a Harbor, of which only `look` is asked. */
class FakeHarbor {
  projectId = 2;
  projectExists = true;
  tags: Record<string, string> = {};
  digests = new Set([A, B, C]);
  pushedAt = new Date(0);
  /** Runs while Harbor answers, for what happens between the look and its recording. */
  meanwhile: () => Promise<void> = () => Promise.resolve();
  down = false;
  looks = 0;

  async findProject(name: string): Promise<HarborProject | null> {
    if (!this.projectExists) return Promise.resolve(null);
    const { projectId: id } = this;
    return Promise.resolve({
      id,
      name,
      ownerId: 1,
      isPublic: false,
      createdAt: new Date(0),
      repositoryCount: 1,
      signaturesNeeded: [],
      vulnerabilityLimit: null,
    });
  }

  async look(_project: string, _repository: string, reference: string): Promise<ArtifactLook> {
    this.looks += 1;
    if (this.down) throw new DomainError('upstream-unavailable', 'harbor.unavailable');
    const digest = this.digests.has(reference) ? reference : this.tags[reference];
    const { projectId, projectExists } = this;
    const { meanwhile } = this;
    this.meanwhile = () => Promise.resolve();
    await meanwhile();
    if (!projectExists) return { found: false, absent: 'project' };
    if (digest === undefined) return { found: false, absent: 'artifact' };
    return {
      found: true,
      artifact: {
        id: 1,
        digest,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        artifactType: null,
        kind: 'image',
        sizeBytes: 100,
        platforms: [{ os: 'linux', architecture: 'amd64', digest }],
        children: [],
        config: null,
        annotations: {},
        pushedAt: this.pushedAt,
        pulledAt: null,
        repository: 'demo',
        repositoryId: 1,
        projectId,
        tags: [],
      },
    };
  }
}

describe('TagRecordsService', () => {
  let folder: string;
  let dataSource: DataSource;
  let harbor: FakeHarbor;
  let records: TagRecordsService;
  const replica = () =>
    new TagRecordsService(
      dataSource.getRepository(TagRecord),
      new RecordWriter(
        dataSource,
        new Clock(),
        new Changes(new Clock()),
        new ViolationEvents(),
        new RecordFollowers(),
      ),
      harbor as unknown as HarborClient,
      new Clock(),
    );

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'berth-tag-records-'));
    dataSource = await openDataSource(
      dataSourceOptions({ type: 'sqlite', path: join(folder, 'berth.sqlite') }),
    );
    harbor = new FakeHarbor();
    records = replica();
  });
  afterEach(async () => {
    await dataSource.destroy();
    rmSync(folder, { recursive: true });
  });

  it('keeps the digest first seen, and says moved from then on', async () => {
    harbor.tags.v1 = A;
    expect((await records.check(V1)).state).toBe('as-recorded');
    harbor.tags.v1 = B;
    const { state, record } = await records.check(V1);
    expect(state).toBe('moved');
    expect(record).toMatchObject({
      recordedDigest: A,
      currentDigest: B,
      platforms: [{ digest: A }],
      version: 2,
    });
    expect(await records.find(V1)).toEqual(record);
  });

  it('lets latest move, and holds it to nothing', async () => {
    harbor.tags.latest = A;
    await records.check(LATEST);
    harbor.tags.latest = B;
    const { state, record } = await records.check(LATEST);
    expect(state).toBe('current');
    expect(record).toMatchObject({ recordedDigest: null, currentDigest: B, platforms: [{ digest: B }] });
  });

  it('is as recorded again when the same digest comes back', async () => {
    harbor.tags.v1 = A;
    await records.check(V1);
    delete harbor.tags.v1;
    expect(await records.check(V1)).toMatchObject({
      state: 'gone',
      record: { currentDigest: null, recordedDigest: A },
    });
    harbor.tags.v1 = A;
    expect((await records.check(V1)).state).toBe('as-recorded');
  });

  it('records nothing of a tag that was never there', async () => {
    expect(await records.check(V1)).toMatchObject({ record: null, state: 'gone' });
    expect(await records.find(V1)).toBeNull();
  });

  it('knows that the recorded artifact was garbage-collected, and that it is back', async () => {
    harbor.tags.v1 = A;
    await records.check(V1);
    harbor.tags.v1 = B;
    harbor.digests.delete(A);
    expect((await records.check(V1)).record?.recordedGone).toBe(true);
    harbor.digests.add(A);
    expect((await records.check(V1)).record?.recordedGone).toBe(false);
  });

  it('records nothing while Harbor is down', async () => {
    harbor.tags.v1 = A;
    const { record } = await records.check(V1);
    harbor.down = true;
    await expect(records.check(V1)).rejects.toMatchObject({ code: 'harbor.unavailable' });
    expect(await records.find(V1)).toEqual(record);
  });

  it('does not take another project of the same name for this one', async () => {
    harbor.tags.v1 = A;
    const { record } = await records.check(V1);
    harbor.projectId = 3;
    harbor.tags.v1 = B;
    expect(await records.check(V1)).toMatchObject({ record, state: 'unknown' });
    delete harbor.tags.v1;
    expect((await records.check(V1)).state).toBe('unknown');
    harbor.projectExists = false;
    expect((await records.check(V1)).state).toBe('unknown');
    expect(await records.find(V1)).toEqual(record);
  });

  it('never lets an older look overwrite a newer one', async () => {
    harbor.tags.v1 = A;
    await records.check(V1);
    harbor.meanwhile = async () => {
      harbor.tags.v1 = B;
      await replica().check(V1);
    };
    const { state } = await records.check(V1);
    expect(state).toBe('moved');
    expect(await records.find(V1)).toMatchObject({ state: 'moved', currentDigest: B, version: 3 });
  });

  it('records a tag once when two replicas see it first at once', async () => {
    harbor.tags.v1 = A;
    harbor.meanwhile = async () => {
      await replica().check(V1);
      harbor.tags.v1 = B;
    };
    const { record } = await records.check(V1);
    expect(record).toMatchObject({ recordedDigest: A, currentDigest: B, state: 'moved' });
  });

  const violations = async () =>
    dataSource.getRepository(Violation).find({ order: { openedAt: 'ASC', id: 'ASC' } });
  const move = async (...digests: (string | null)[]) => {
    for (const digest of digests) {
      if (digest === null) delete harbor.tags.v1;
      else harbor.tags.v1 = digest;
      await records.check(V1);
    }
  };
  const pushed = (row: number, digest: string, at = new Date()): LoggedChange => ({
    ...{ row, digest, at },
    who: 'ada',
    kind: 'pushed',
  });

  it('opens a violation once for a move, and settles it when the tag is back', async () => {
    await move(A, B, B);
    expect(await violations()).toMatchObject([
      { state: 'open', recordedDigest: A, fromDigest: A, toDigest: B, source: 'check', tag: 'v1' },
    ]);
    const [{ earliestAt, latestAt } = { earliestAt: null, latestAt: new Date() }] = await violations();
    expect(earliestAt?.getTime()).toBeLessThanOrEqual(latestAt.getTime());
    await move(A);
    expect(await violations()).toMatchObject([{ state: 'restored', openRecordId: null, settledBy: null }]);
    await move(B);
    expect(await violations()).toMatchObject([{ state: 'restored' }, { state: 'open', follows: null }]);
  });

  it('ends a violation with a further move, which is one of its own', async () => {
    await move(A, B, C);
    const [first, second] = await violations();
    expect(first).toMatchObject({ state: 'ended', toDigest: B });
    expect(second).toMatchObject({ state: 'open', fromDigest: B, toDigest: C, follows: first?.id });
  });

  it('opens one when a tag comes back from its deletion with another digest, and none with the same', async () => {
    await move(A, null, A);
    expect(await violations()).toEqual([]);
    await move(null, B);
    expect(await violations()).toMatchObject([{ state: 'open', fromDigest: A, toDigest: B }]);
    await move(null);
    expect((await records.find(V1))?.goneSince).toBeInstanceOf(Date);
    await move(B);
    expect(await violations()).toHaveLength(1);
    expect((await records.find(V1))?.goneSince).toBeNull();
  });

  it('opens none for latest', async () => {
    harbor.tags.latest = A;
    await records.check(LATEST);
    harbor.tags.latest = B;
    await records.check(LATEST);
    expect(await violations()).toEqual([]);
  });

  it('keeps every digest the tag had, with what noticed it and who did it', async () => {
    harbor.tags.v1 = A;
    await records.check(V1, 'hint');
    await records.checkLogged(V1, [pushed(1, A)]);
    harbor.tags.v1 = B;
    await records.checkLogged(V1, [pushed(2, C), pushed(3, B)]);
    const history = await dataSource.getRepository(TagDigest).find({ order: { place: 'ASC' } });
    expect(history).toMatchObject([
      { place: 1, digest: A, source: 'hint', looked: true, changedBy: 'ada', logRow: 1 },
      { place: 2, digest: C, source: 'feed', looked: false, changedBy: 'ada', logRow: 2 },
      { place: 3, digest: B, source: 'feed', looked: true, changedBy: 'ada', logRow: 3 },
    ]);
    expect(await violations()).toMatchObject([{ toDigest: B, changedBy: 'ada', source: 'feed' }]);
  });

  it('learns who moved the tag from a row that comes after the look', async () => {
    await move(A, B);
    await records.checkLogged(V1, [pushed(2, B)]);
    expect(await violations()).toMatchObject([{ state: 'open', changedBy: 'ada', source: 'check' }]);
  });

  it('holds a tag to what the log says that it had first, whatever the first look saw', async () => {
    harbor.tags.v1 = B;
    await records.checkLogged(V1, [pushed(1, A), pushed(2, B)]);
    expect(await records.find(V1)).toMatchObject({ recordedDigest: A, currentDigest: B, state: 'moved' });
    expect(await violations()).toMatchObject([{ state: 'open', fromDigest: A, toDigest: B }]);
  });

  it('corrects what it recorded when the log proves an earlier digest', async () => {
    harbor.pushedAt = new Date('2026-11-22T10:00:10Z');
    await move(B);
    await records.checkLogged(V1, [pushed(1, A, new Date('2026-11-22T10:00:20Z'))]);
    expect(await records.find(V1)).toMatchObject({ recordedDigest: B, state: 'as-recorded' });
    await records.checkLogged(V1, [pushed(2, A, new Date('2026-11-22T10:00:05Z'))]);
    expect(await records.find(V1)).toMatchObject({ recordedDigest: A, currentDigest: B, state: 'moved' });
    expect(await violations()).toMatchObject([{ state: 'open', fromDigest: A, toDigest: B }]);
  });

  it('knows a tag that was pushed and deleted before any look', async () => {
    await records.checkLogged(V1, [pushed(1, A)]);
    expect(await records.find(V1)).toMatchObject({ recordedDigest: A, currentDigest: null, state: 'gone' });
    await move(B);
    expect(await violations()).toMatchObject([{ fromDigest: A, toDigest: B }]);
  });

  it('starts afresh after a deletion through Berth', async () => {
    await move(A, B);
    delete harbor.tags.v1;
    await records.retire(V1, B);
    expect(await violations()).toMatchObject([{ state: 'ended', settledBy: 'berth' }]);
    expect(await records.find(V1)).toMatchObject({ state: 'gone', currentDigest: null, recordedDigest: A });
    await move(C);
    const fresh = { recordedDigest: C, currentDigest: C, state: 'as-recorded', retiredAt: null, life: 2 };
    expect(await records.find(V1)).toMatchObject(fresh);
    expect(await violations()).toHaveLength(1);
  });

  it('starts afresh also with what was pushed before the deletion was written down', async () => {
    await move(A);
    harbor.meanwhile = () => Promise.resolve();
    await move(B);
    await records.retire(V1, A);
    expect(await records.find(V1)).toMatchObject({ recordedDigest: B, state: 'as-recorded', life: 2 });
    expect(await violations()).toMatchObject([{ state: 'ended' }]);
  });

  it('takes the word of an admin, with the new digest or without', async () => {
    await move(A, B);
    const acknowledge = async (acceptNewDigest: boolean) => {
      const [violation] = await dataSource.getRepository(Violation).findBy({ state: 'open' });
      if (violation === undefined) throw new Error('there is no open violation');
      return records.acknowledge({ violation, username: 'grace', reason: 'rebuilt', acceptNewDigest });
    };
    expect(await acknowledge(false)).toMatchObject({ state: 'acknowledged', settledBy: 'grace' });
    await move(B);
    expect(await records.find(V1)).toMatchObject({ recordedDigest: A, state: 'moved', flaggedDigest: B });
    await move(C);
    expect(await violations()).toMatchObject([{ state: 'acknowledged' }, { state: 'open', toDigest: C }]);
    await acknowledge(true);
    expect(await records.find(V1)).toMatchObject({ recordedDigest: C, state: 'as-recorded', life: 2 });
    await records.checkLogged(V1, [pushed(9, A, new Date(0))]);
    expect(await records.find(V1)).toMatchObject({ recordedDigest: C });
  });

  it('settles no violation that is another one by now', async () => {
    await move(A, B);
    const [violation] = await violations();
    if (violation === undefined) throw new Error('there is no violation');
    harbor.tags.v1 = C;
    const told = { violation, username: 'grace', reason: 'rebuilt', acceptNewDigest: true };
    await expect(records.acknowledge(told)).rejects.toMatchObject({ code: 'violation.changed' });
    expect(await violations()).toMatchObject([{ state: 'ended' }, { state: 'open', toDigest: C }]);
  });

  it('does not record what began before another observation was recorded', async () => {
    await move(A);
    const record = await records.find(V1);
    const look = await harbor.look('user-ada', 'demo', 'v1');
    await move(B);
    const observation = { name: V1, source: 'sweep', beganAt: new Date(), look } as const;
    expect(await records.record({ ...observation, fromVersion: record?.version ?? null })).toBe('overtaken');
    expect(await records.record({ ...observation, fromVersion: null })).toBe('overtaken');
    expect(await records.find(V1)).toMatchObject({ currentDigest: B });
  });

  it('tells V1 and v1 apart', async () => {
    harbor.tags.v1 = A;
    harbor.tags.V1 = B;
    await records.check(V1);
    const { record } = await records.check({ ...V1, tag: 'V1' });
    expect(record).toMatchObject({ tag: 'V1', recordedDigest: B });
  });

  it('asks Harbor twice at most for a hundred who ask at once', async () => {
    harbor.tags.latest = A;
    await Promise.all(Array.from({ length: 100 }, () => records.check(LATEST)));
    expect(harbor.looks).toBe(2);
  });
});
