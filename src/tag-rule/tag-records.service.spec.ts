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
import { RecordWriter } from './record-writer';
import { TagRecord } from './tag-record.entity';
import { TagRecordsService } from './tag-records.service';
import { ViolationEvents } from './violation-events';

const A = 'sha256:' + 'a'.repeat(64);
const B = 'sha256:' + 'b'.repeat(64);
const V1 = { project: 'user-ada', repository: 'demo', tag: 'v1' };
const LATEST = { ...V1, tag: 'latest' };

/** One repository of a Harbor, of which only `look` is asked. */
class FakeHarbor {
  projectId = 2;
  projectExists = true;
  tags: Record<string, string> = {};
  digests = new Set([A, B]);
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
        config: null,
        annotations: {},
        pushedAt: new Date(0),
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
      new RecordWriter(dataSource, new Clock(), new Changes(new Clock()), new ViolationEvents()),
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
