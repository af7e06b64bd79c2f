import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { Changes } from '../../src/changes/changes';
import { Clock } from '../../src/common/clock';
import { dataSourceOptions, openDataSource } from '../../src/database/data-source';
import type { HarborClient } from '../../src/harbor/harbor.client';
import type { ArtifactLook } from '../../src/harbor/harbor.types';
import { RecordFollowers } from '../../src/tag-rule/record-followers';
import { RecordWriter } from '../../src/tag-rule/record-writer';
import { TagDigest } from '../../src/tag-rule/tag-digest.entity';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';
import { TagRecordsService } from '../../src/tag-rule/tag-records.service';
import { ViolationEvents } from '../../src/tag-rule/violations/violation-events';
import { Violation } from '../../src/tag-rule/violations/violation.entity';
import { violationStep } from '../../src/tag-rule/violations/violation-life';
import { seededRandom } from '../chaos/seeded-random';
import type { TestDatabase } from '../servers/mariadb';
import { databaseConfig, engines } from './database-engines';

const DIGESTS = ['a', 'b', 'c'].map((letter) => `sha256:${letter.repeat(64)}`);
const NAME = { project: 'user-ada', repository: 'demo', tag: 'v1' };
const REPLICAS = 4;

/** A Harbor with one tag, which answers after a moment. */
class OneTag {
  digest: string | null = DIGESTS[0] ?? null;

  constructor(private readonly random: () => number) {}

  async look(_project: string, _repository: string, reference: string): Promise<ArtifactLook> {
    const digest = reference.startsWith('sha256:') ? reference : this.digest;
    await sleep(this.random() * 3);
    if (digest === null) return { found: false, absent: 'artifact' };
    const facts = { mediaType: '', artifactType: null, kind: 'image', sizeBytes: 1, config: null } as const;
    const of = {
      repository: 'demo',
      repositoryId: 1,
      projectId: 2,
      tags: [],
      platforms: [],
      children: [],
      annotations: {},
    };
    const times = { pushedAt: new Date(0), pulledAt: null };
    return { found: true, artifact: { id: 1, digest, ...facts, ...of, ...times } };
  }

  async findProject(): Promise<{ id: number }> {
    return Promise.resolve({ id: 2 });
  }
}

describe.each(Object.entries(engines))('tag records on %s', (_, create) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let harbor: OneTag;
  let replicas: TagRecordsService[];

  beforeEach(async () => {
    database = await create();
    dataSource = await openDataSource(dataSourceOptions(databaseConfig(database.url)));
    harbor = new OneTag(seededRandom(7));
    const clock = new Clock();
    replicas = Array.from({ length: REPLICAS }, () => {
      const writer = new RecordWriter(
        dataSource,
        clock,
        new Changes(clock),
        new ViolationEvents(),
        new RecordFollowers(),
      );
      const records = dataSource.getRepository(TagRecord);
      return new TagRecordsService(records, writer, harbor as unknown as HarborClient, clock);
    });
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('are made once when all replicas see the tag first at once', async () => {
    await Promise.all(replicas.map(async (replica) => replica.check(NAME)));
    expect(await dataSource.manager.count(TagRecord)).toBe(1);
    expect(await dataSource.manager.count(TagDigest)).toBe(1);
  });

  it('follow a tag that moves while all replicas look: each step once, one violation open at most', async () => {
    const random = seededRandom(11);
    await replicas[0]?.check(NAME);
    let isOver = false;
    const look = async (replica: TagRecordsService): Promise<void> => {
      // Whoever is overtaken five times gives up, and is asked again.
      while (!isOver) await replica.check(NAME, 'hint').catch(() => undefined);
    };
    const looks = replicas.map(async (replica) => look(replica));
    for (let moves = 0; moves < 60; moves += 1) {
      const next = Math.floor(random() * 4);
      harbor.digest = DIGESTS[next] ?? null;
      await sleep(random() * 12);
    }
    isOver = true;
    await Promise.all(looks);
    await replicas[0]?.check(NAME);

    const record = await dataSource.manager.findOneByOrFail(TagRecord, NAME);
    const history = await dataSource.manager.find(TagDigest, { order: { place: 'ASC' } });
    const violations = await dataSource.manager.find(Violation);
    expect(record).toMatchObject({ currentDigest: harbor.digest, recordedDigest: DIGESTS[0] });
    expect(history.map(({ place }) => place)).toEqual(history.map((_entry, index) => index + 1));
    expect(history).toHaveLength(record.historyCount);
    const digests = history.map(({ digest }) => digest);
    expect(digests.every((digest, index) => index === 0 || digest !== digests[index - 1])).toBe(true);
    let flaggedDigest: string | null = null;
    const flagged = digests.filter((digest) => {
      const next = violationStep({ recordedDigest: record.recordedDigest, flaggedDigest }, digest);
      ({ flaggedDigest } = next);
      return next.step === 'flag';
    });
    expect(violations.map(({ toDigest }) => toDigest).sort()).toEqual(flagged.sort());
    expect(violations.length).toBeGreaterThan(0);
    expect(violations.filter(({ state }) => state === 'open')).toHaveLength(flaggedDigest === null ? 0 : 1);
  });
});
