import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { SandboxPerson } from '../../sandbox/directory/sandbox-directory';
import { manyPeople, startSurroundings, type Surroundings } from '../../sandbox/surroundings';
import { postJson } from '../../sandbox/post-json';
import { createApp } from '../../src/app.setup';
import { loadConfig } from '../../src/config/load-config';
import { HarborClient } from '../../src/harbor/harbor.client';
import { ProjectSweep } from '../../src/sweep/project-sweep';
import { SweepTurns } from '../../src/sweep/sweep-turns';
import { AuditFeedService } from '../../src/tag-rule/feed/audit-feed.service';
import { HintsService } from '../../src/tag-rule/hints/hints.service';
import { TagDigest } from '../../src/tag-rule/tag-digest.entity';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';
import { TagRecordsService } from '../../src/tag-rule/tag-records.service';
import { Violation } from '../../src/tag-rule/violations/violation.entity';
import { HintRelay } from './hint-relay';
import { holdTask } from './hold-task';
import { seededRandom } from './seeded-random';
import { TagOracle, type Seen } from './tag-oracle';
import { ALL_TAGS, TagWorld, type LogRow, type TagKey } from './tag-world';

export interface TagModelOptions {
  changes: number;
  seed: number;
  /** How often, on average, a change is followed by a start of Berth anew. */
  changesPerRestart: number;
  say?: (line: string) => void;
}

export interface TagModelReport {
  seed: number;
  changes: number;
  looks: number;
  hints: number;
  violations: number;
  /** Moves that nobody saw and that the log told. */
  toldOnly: number;
  wrong: string[];
}

interface Look {
  key: TagKey;
  seen: Seen | null;
}

/**
 * Changes tags at random, has Berth notice them by hints that are lost, doubled and shuffled, by an audit log that
 * lags or is off, by checks and by looks at everything, starts it anew at random, and compares what it knows with
 * what it can know.
 */
export async function runTagModel(options: TagModelOptions): Promise<TagModelReport> {
  const model = await TagModel.start(options);
  try {
    return await model.run();
  } finally {
    await model.stop();
  }
}

class TagModel {
  private readonly oracle = new TagOracle();
  private readonly pushedAt = new Map<string, Date | null>();
  private readonly looks: Look[] = [];
  private readonly wrong: string[] = [];
  private readonly done: string[] = [];
  private lookCount = 0;
  private hintCount = 0;

  private constructor(
    private readonly options: TagModelOptions,
    private readonly random: () => number,
    private readonly folder: string,
    private readonly surroundings: Surroundings,
    private readonly relay: HintRelay,
    private app: NestFastifyApplication,
    private readonly world: TagWorld,
  ) {
    this.watch();
  }

  static async start(options: TagModelOptions): Promise<TagModel> {
    const random = seededRandom(options.seed);
    const folder = mkdtempSync(join(tmpdir(), 'berth-tag-model-'));
    const people = manyPeople(1);
    const surroundings = await startSurroundings(people, { webhookDelaysMs: [0] });
    const relay = await HintRelay.start();
    try {
      const app = await begin(surroundings, relay, folder);
      const project = await makeProject(await app.getUrl(), people[0]);
      const world = new TagWorld(surroundings, project, random);
      const model = new TagModel(options, random, folder, surroundings, relay, app, world);
      await world.prepare();
      await world.newRows();
      await model.readLog();
      return model;
    } catch (error) {
      await relay.stop();
      await surroundings.stop();
      throw error;
    }
  }

  async run(): Promise<TagModelReport> {
    const { changes, seed, changesPerRestart, say } = this.options;
    let change = 0;
    while (change < changes) {
      change += 1;
      this.done.push(`${change}: ${await this.world.change()}`);
      if (this.random() < 1 / changesPerRestart) await this.startAnew();
      await this.notice();
      if (this.wrong.length > 0) break;
      if (say !== undefined && change % 500 === 0) say(`${change} changes, ${this.lookCount} looks`);
    }
    await this.world.switchLog(true);
    await this.readLog();
    await this.sweep();
    const counts = await this.compare();
    const { lookCount: looks, hintCount: hints, wrong } = this;
    if (wrong.length > 0) wrong.push(`seed ${seed}; the last changes: ${this.done.slice(-12).join('; ')}`);
    return { seed, changes: change, looks, hints, ...counts, wrong };
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.relay.stop();
    await this.surroundings.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What may happen after a change; mostly nothing, so that several changes are noticed as one. */
  private async notice(): Promise<void> {
    const chance = this.random();
    if (chance < 0.3) await this.passHints();
    else if (chance < 0.5) await this.readLog();
    else if (chance < 0.6) await this.check(ALL_TAGS[Math.floor(this.random() * ALL_TAGS.length)] ?? '');
    else if (chance < 0.62) await this.lookAtAll();
    else if (chance < 0.66) await this.sweep();
    else if (chance < 0.7) {
      // What was written until now is read first: later nobody could tell what was told before.
      await this.readLog();
      await this.world.switchLog(!this.world.logIsOn);
    }
  }

  private async passHints(): Promise<void> {
    this.done.push('hints');
    this.hintCount += await this.relay.pass(await this.app.getUrl(), this.random);
    const hints = this.app.get(HintsService);
    while (hints.busy > 0) await sleep(1);
    this.follow(new Map());
  }

  private async readLog(): Promise<void> {
    this.done.push('log');
    const rows = new Map<TagKey, LogRow[]>();
    for (const row of await this.world.newRows()) rows.set(row.key, [...(rows.get(row.key) ?? []), row]);
    await this.app.get(AuditFeedService).readOn(new AbortController().signal);
    this.follow(rows);
  }

  private async check(key: TagKey): Promise<void> {
    const colon = key.lastIndexOf(':');
    const name = { repository: key.slice(0, colon), tag: key.slice(colon + 1) };
    await this.app.get(TagRecordsService).check({ project: this.world.project, ...name });
    this.follow(new Map());
  }

  private async lookAtAll(): Promise<void> {
    this.done.push('look at all');
    for (const key of ALL_TAGS) await this.check(key);
  }

  /** The sweep lists the project, and looks again at what moved or is gone. */
  private async sweep(): Promise<void> {
    this.done.push('sweep');
    const { project, truth, pushTimes } = this.world;
    const turns = this.app.get(SweepTurns);
    await turns.keep(new Set([project]));
    await turns.ask(this.app.get<DataSource>(getDataSourceToken()).manager, project, false);
    await this.app.get(ProjectSweep).run(project, new AbortController().signal);
    this.follow(new Map());
    for (const [key, digest] of truth) {
      const at = `${key.slice(0, key.lastIndexOf(':'))}@${digest ?? ''}`;
      const pushedAt = pushTimes.get(at) ?? null;
      if (pushedAt !== null) this.pushedAt.set(at, pushedAt);
      const seen = digest === null || pushedAt === null ? null : { digest, pushedAt };
      this.oracle.look(key, seen, [], (one) => (one === digest ? pushedAt : null));
    }
  }

  private async startAnew(): Promise<void> {
    this.done.push('start anew');
    await this.app.close();
    this.app = await begin(this.surroundings, this.relay, this.folder);
    this.watch();
  }

  /** Keeps what Berth is shown of each tag, and of each digest that it asks for. */
  private watch(): void {
    const harbor = this.app.get(HarborClient);
    const look = harbor.look.bind(harbor);
    harbor.look = async (project, repository, reference, limits) => {
      const answer = await look(project, repository, reference, limits);
      const seen = answer.found
        ? { digest: answer.artifact.digest, pushedAt: answer.artifact.pushedAt }
        : null;
      this.pushedAt.set(`${repository}@${seen?.digest ?? reference}`, seen?.pushedAt ?? null);
      if (!reference.includes(':')) this.looks.push({ key: `${repository}:${reference}`, seen });
      return answer;
    };
  }

  /** @param told rows that were read before the looks since the last time */
  private follow(told: Map<TagKey, LogRow[]>): void {
    for (const { key, seen } of this.looks.splice(0)) {
      this.lookCount += 1;
      const rows = told.get(key) ?? [];
      told.delete(key);
      const truth = this.world.truth.get(key) ?? null;
      if (truth !== (seen?.digest ?? null)) this.wrong.push(`the model is wrong about ${key}`);
      const repository = key.slice(0, key.lastIndexOf(':'));
      this.oracle.look(key, seen, rows, (digest) => this.pushedAt.get(`${repository}@${digest}`) ?? null);
    }
    for (const key of told.keys()) this.wrong.push(`${key} was not looked at when the log told of it`);
  }

  private async compare(): Promise<{ violations: number; toldOnly: number }> {
    const { manager } = this.app.get<DataSource>(getDataSourceToken());
    const records = await manager.findBy(TagRecord, { project: this.world.project });
    const violations = await manager.find(Violation, { order: { id: 'ASC' } });
    const history = await manager.find(TagDigest, { order: { place: 'ASC' } });
    const known = new Set(records.map(({ repository, tag }) => `${repository}:${tag}`));
    for (const key of this.oracle.tags.keys()) {
      if (!known.has(key)) this.wrong.push(`${key} has no record`);
    }
    for (const record of records) {
      const key = `${record.repository}:${record.tag}`;
      const expected = this.oracle.tags.get(key);
      const ofTag = violations.filter(({ tagRecordId }) => tagRecordId === record.id);
      const digests = history.filter(({ tagRecordId }) => tagRecordId === record.id);
      this.expectSame(key, 'current digest', record.currentDigest, this.world.truth.get(key) ?? null);
      if (expected === undefined) {
        this.wrong.push(`${key} has a record, though nobody saw it`);
        continue;
      }
      this.expectSame(key, 'recorded digest', record.recordedDigest, expected.recordedDigest);
      this.expectSame(
        key,
        'violations',
        ofTag.map(({ toDigest }) => toDigest),
        expected.flagged,
      );
      const open = ofTag.filter(({ state }) => state === 'open');
      this.expectSame(key, 'open violations', open.length, expected.isOpen ? 1 : 0);
      this.expectSame(
        key,
        'history',
        [...new Set(digests.flatMap(({ digest }) => digest ?? []))].sort(),
        [...expected.history].sort(),
      );
      const last = digests.filter(({ looked }) => looked).at(-1)?.digest ?? null;
      this.expectSame(key, 'last entry of the history', last, record.currentDigest);
      this.expectSame(key, 'length of the history', digests.length, record.historyCount);
    }
    const toldOnly = history.filter(({ looked }) => !looked).length;
    return { violations: violations.length, toldOnly };
  }

  private expectSame(key: TagKey, what: string, actual: unknown, expected: unknown): void {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (is !== should) this.wrong.push(`${key}: ${what} is ${is}, and should be ${should}`);
  }
}

async function makeProject(url: string, person: SandboxPerson | undefined): Promise<string> {
  if (person === undefined) throw new Error('there is nobody');
  const { username, password } = person;
  const login = { username, password };
  const session = await postJson<{ accessToken: string }>(`${url}/api/v1/auth/login`, null, login);
  await postJson(`${url}/api/v1/account/credentials`, `Bearer ${session.accessToken}`, {});
  return `user-${username}`;
}

async function begin(
  surroundings: Surroundings,
  relay: HintRelay,
  folder: string,
): Promise<NestFastifyApplication> {
  const app = await createApp(
    loadConfig({
      ...surroundings.env(`sqlite:${join(folder, 'berth.sqlite')}`, 0),
      WEBHOOK_URL: relay.url,
      // The model reads it when it chooses to, and nobody else puts the rule back.
      AUDIT_FEED: 'off',
      DRIFT_REPAIR: 'none',
      HOLDS: 'off',
      SWEEP_CALLS_PER_SECOND: '1000',
      LOG_LEVEL: 'silent',
    }),
  );
  await app.listen(0, '127.0.0.1');
  // The model sweeps when it chooses to.
  await holdTask(app.get<DataSource>(getDataSourceToken()), 'sweeps');
  return app;
}
