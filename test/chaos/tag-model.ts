import { AsyncLocalStorage } from 'node:async_hooks';
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
import { HoldWork } from '../../src/restoring/hold-work';
import { RestoreWork } from '../../src/restoring/restore-work';
import { ProjectSweep } from '../../src/sweep/project-sweep';
import { SweepTurns } from '../../src/sweep/sweep-turns';
import { AuditFeedService } from '../../src/tag-rule/feed/audit-feed.service';
import { HintsService } from '../../src/tag-rule/hints/hints.service';
import { TagRecordsService } from '../../src/tag-rule/tag-records.service';
import { holdTasks } from '../e2e/hold-tasks';
import { HintRelay } from './hint-relay';
import { seededRandom } from './seeded-random';
import { TagComparison } from './tag-comparison';
import { TagOracle, type Seen } from './tag-oracle';
import { TagPeople, type Act } from './tag-people';
import { ALL_TAGS, TagWorld, type LogRow, type TagKey } from './tag-world';

export interface TagModelOptions {
  changes: number;
  seed: number;
  /** How often, on average, a change is followed by a start of a replica anew. */
  changesPerRestart: number;
  /** Two replicas work on it; left out: one, on SQLite. */
  databaseUrl?: string;
  say?: (line: string) => void;
}

export interface TagModelReport {
  seed: number;
  changes: number;
  looks: number;
  hints: number;
  /** What people did through Berth, and what jobs would have run. */
  acts: number;
  lookups: number;
  violations: number;
  /** Tags that Berth put back. */
  putBack: number;
  /** Moves that nobody saw and that the log told. */
  toldOnly: number;
  /** Before all that could be was put back. */
  holds: number;
  wrong: string[];
}

interface Look {
  key: TagKey;
  seen: Seen | null;
}

/**
 * Changes tags at random, in Harbor and through Berth, has Berth notice them by hints that are lost, doubled and
 * shuffled, by an audit log that lags or is off, by checks and by looks at everything, starts it anew at random, and
 * compares what it knows with what it can know.
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
  /** A look that is recorded, not one that only asks what is there. */
  private readonly recording = new AsyncLocalStorage<true>();
  private isSweeping = false;
  private readonly counts = { looks: 0, hints: 0, acts: 0, lookups: 0 };

  private constructor(
    private readonly options: TagModelOptions,
    private readonly random: () => number,
    private readonly folder: string,
    private readonly surroundings: Surroundings,
    private readonly relay: HintRelay,
    private readonly begin: () => Promise<NestFastifyApplication>,
    private readonly replicas: NestFastifyApplication[],
    private readonly world: TagWorld,
    private readonly people: TagPeople,
  ) {
    for (const app of replicas) this.watch(app);
  }

  static async start(options: TagModelOptions): Promise<TagModel> {
    const random = seededRandom(options.seed);
    const [owner, other] = manyPeople(2);
    if (owner === undefined || other === undefined) throw new Error('there are two');
    const admin = { ...other, admin: true };
    const surroundings = await startSurroundings([owner, admin], { webhookDelaysMs: [0] });
    const relay = await HintRelay.start();
    const folder = mkdtempSync(join(tmpdir(), 'berth-tag-model-'));
    const databaseUrl = options.databaseUrl ?? `sqlite:${join(folder, 'berth.sqlite')}`;
    const begin = async (): Promise<NestFastifyApplication> => startReplica(surroundings, relay, databaseUrl);
    const replicas: NestFastifyApplication[] = [];
    try {
      replicas.push(await begin());
      if (options.databaseUrl !== undefined) replicas.push(await begin());
      const project = await makeProject((await replicas[0]?.getUrl()) ?? '', owner);
      const world = new TagWorld(surroundings, project, random);
      const people = new TagPeople(owner, admin, project, surroundings.harbor.address, random);
      const model = new TagModel(
        options,
        random,
        folder,
        surroundings,
        relay,
        begin,
        replicas,
        world,
        people,
      );
      await world.prepare();
      await world.newRows();
      await model.readLog();
      return model;
    } catch (error) {
      for (const app of replicas) await app.close();
      await relay.stop();
      await surroundings.stop();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** What is thrown says after which changes. */
  async run(): Promise<TagModelReport> {
    try {
      return await this.runChanges();
    } catch (cause) {
      throw new Error(this.lastDone(), { cause });
    }
  }

  private async runChanges(): Promise<TagModelReport> {
    const { changes, seed, changesPerRestart, say } = this.options;
    let change = 0;
    while (change < changes) {
      change += 1;
      this.done.push(`${change}: ${await this.world.change()}`);
      if (this.random() < 1 / changesPerRestart) await this.startAnew();
      await this.notice();
      if (this.wrong.length > 0) break;
      if (say !== undefined && change % 500 === 0) say(`${change} changes, ${this.counts.looks} looks`);
    }
    await this.world.switchLog(true);
    await this.readLog();
    await this.sweep();
    const comparison = new TagComparison(this.dataSource(), this.world, this.oracle);
    const holds = await this.compareHolds(comparison);
    if (this.wrong.length === 0) await this.putAllBack();
    await this.compareHolds(comparison);
    const counts = await comparison.run(this.wrong);
    const { wrong } = this;
    if (wrong.length > 0) wrong.push(this.lastDone());
    return { seed, changes: change, ...this.counts, ...counts, holds, wrong };
  }

  private lastDone(): string {
    return `seed ${this.options.seed}; the last: ${this.done.slice(-16).join('; ')}`;
  }

  async stop(): Promise<void> {
    for (const app of this.replicas) await app.close();
    await this.relay.stop();
    await this.surroundings.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What may happen after a change; mostly nothing, so that several changes are noticed as one. */
  private async notice(): Promise<void> {
    const chance = this.random();
    if (chance < 0.26) await this.passHints();
    else if (chance < 0.44) await this.readLog();
    else if (chance < 0.5) await this.check(this.anyKey());
    else if (chance < 0.52) await this.lookAtAll();
    else if (chance < 0.56) await this.sweep();
    else if (chance < 0.68) await this.act();
    else if (chance < 0.72) await this.lookUp(this.anyKey());
    else if (chance < 0.74) await this.hold();
    else if (chance < 0.78) {
      // What was written until now is read first: later nobody could tell what was told before.
      await this.readLog();
      await this.world.switchLog(!this.world.logIsOn);
    }
  }

  private async passHints(): Promise<void> {
    this.done.push('hints');
    // A look that another replica takes back at once could not be told from one that came too late.
    const taking = this.people.policy === 'restore' ? [this.anyReplica()] : this.replicas;
    const urls = await Promise.all(taking.map(async (app) => app.getUrl()));
    this.counts.hints += await this.relay.pass(urls, this.random);
    for (const app of this.replicas) while (app.get(HintsService).busy > 0) await sleep(1);
    await this.follow();
  }

  private async readLog(): Promise<void> {
    this.done.push('log');
    const rows = new Map<TagKey, LogRow[]>();
    for (const row of await this.world.newRows()) rows.set(row.key, [...(rows.get(row.key) ?? []), row]);
    await this.anyReplica().get(AuditFeedService).readOn(new AbortController().signal);
    await this.follow(rows);
  }

  private async check(key: TagKey): Promise<void> {
    const colon = key.lastIndexOf(':');
    const name = { repository: key.slice(0, colon), tag: key.slice(colon + 1) };
    await this.anyReplica()
      .get(TagRecordsService)
      .check({ project: this.world.project, ...name });
    await this.follow();
  }

  private async lookAtAll(): Promise<void> {
    this.done.push('look at all');
    for (const key of ALL_TAGS) await this.check(key);
  }

  /** The sweep lists the project, and looks again at what moved or is gone. */
  private async sweep(): Promise<void> {
    this.done.push('sweep');
    const { project, pushTimes } = this.world;
    const truth = new Map(this.world.truth);
    const app = this.anyReplica();
    await app.get(SweepTurns).keep(new Set([project]));
    await app.get(SweepTurns).ask(this.dataSource().manager, project, false);
    this.isSweeping = true;
    await app.get(ProjectSweep).run(project, new AbortController().signal);
    this.isSweeping = false;
    const looked = await this.follow();
    for (const [key, digest] of truth) {
      if (looked.has(key)) continue;
      const at = `${key.slice(0, key.lastIndexOf(':'))}@${digest ?? ''}`;
      const pushedAt = pushTimes.get(at) ?? null;
      if (pushedAt !== null) this.pushedAt.set(at, pushedAt);
      const seen = digest === null || pushedAt === null ? null : { digest, pushedAt };
      this.oracle.look(key, seen, [], (one) => (one === digest ? pushedAt : null));
    }
  }

  private async act(): Promise<void> {
    this.counts.acts += 1;
    const act = await this.people.act(await this.anyReplica().getUrl(), this.anyKey());
    await this.take(act);
  }

  private async take({ said, status, deleted = [], acknowledged }: Act): Promise<void> {
    this.done.push(said);
    if (status >= 500) this.wrong.push(`answered ${said}`);
    await this.follow();
    for (const key of deleted.flatMap(expanded)) this.oracle.retire(key);
    if (acknowledged !== undefined) {
      const { key, isAccepted } = acknowledged;
      this.oracle.acknowledge(key, isAccepted, this.pushTimeIn(key));
    }
    await this.world.see();
  }

  /** What a job would run is a digest of the tag's history, whatever else is so. */
  private async lookUp(key: TagKey): Promise<void> {
    this.done.push(`lookup ${key}`);
    this.counts.lookups += 1;
    const digest = await this.people.lookUp(await this.anyReplica().getUrl(), key);
    await this.follow();
    if (digest === null) return;
    const known = this.oracle.tags.get(key);
    if (known?.history.has(digest) !== true) this.wrong.push(`a job got ${digest}, unknown of ${key}`);
    const truth = this.world.truth.get(key) ?? null;
    if (known?.recordedDigest === null && digest !== truth)
      this.wrong.push(`a job got ${digest} of ${key}, which is ${truth}`);
  }

  private async hold(): Promise<void> {
    this.done.push('holds');
    await this.anyReplica().get(HoldWork).run(new AbortController().signal);
    await this.world.see();
  }

  /** The second time it has nothing to do but what the first was kept from. */
  private async compareHolds(comparison: TagComparison): Promise<number> {
    if (this.wrong.length > 0) return 0;
    await this.hold();
    await this.hold();
    return comparison.compareHolds(this.wrong);
  }

  private async putAllBack(): Promise<void> {
    await this.take(await this.people.setPolicy(await this.anyReplica().getUrl(), 'restore'));
    // As if so much time had passed.
    const due = "UPDATE restorations SET dueAt = '2000-01-01 00:00:00' WHERE dueAt IS NOT NULL";
    await this.dataSource().query(due);
    await this.anyReplica().get(RestoreWork).run(new AbortController().signal);
    await this.follow();
    await this.readLog();
    await this.sweep();
  }

  private async startAnew(): Promise<void> {
    this.done.push('start anew');
    const index = Math.floor(this.random() * this.replicas.length);
    await this.replicas[index]?.close();
    const app = await this.begin();
    this.replicas[index] = app;
    this.watch(app);
  }

  /** Keeps what Berth is shown of each tag that it records, and of each digest that it asks for. */
  private watch(app: NestFastifyApplication): void {
    const records = app.get(TagRecordsService);
    const [check, checkLogged] = [records.check.bind(records), records.checkLogged.bind(records)];
    records.check = async (...asked) => this.recording.run(true, async () => check(...asked));
    records.checkLogged = async (...asked) => this.recording.run(true, async () => checkLogged(...asked));
    const harbor = app.get(HarborClient);
    const look = harbor.look.bind(harbor);
    harbor.look = async (project, repository, reference, limits) => {
      const answer = await look(project, repository, reference, limits);
      const seen = answer.found
        ? { digest: answer.artifact.digest, pushedAt: answer.artifact.pushedAt }
        : null;
      this.pushedAt.set(`${repository}@${seen?.digest ?? reference}`, seen?.pushedAt ?? null);
      const isRecorded = this.isSweeping || this.recording.getStore() === true;
      if (isRecorded && !reference.includes(':'))
        this.looks.push({ key: `${repository}:${reference}`, seen });
      return answer;
    };
  }

  /**
   * Once everything rests that the looks since the last time led to. Returns which tags they were of.
   * @param told rows that were read before these looks
   */
  private async follow(told = new Map<TagKey, LogRow[]>()): Promise<Set<TagKey>> {
    for (const app of this.replicas) while (app.get(RestoreWork).busy > 0) await sleep(1);
    const looks = this.looks.splice(0);
    for (const { key, seen } of looks) {
      this.counts.looks += 1;
      const rows = told.get(key) ?? [];
      told.delete(key);
      this.oracle.look(key, seen, rows, this.pushTimeIn(key));
    }
    for (const key of told.keys()) this.wrong.push(`${key} was not looked at when the log told of it`);
    if (this.people.policy === 'restore') await this.world.see();
    return new Set(looks.map(({ key }) => key));
  }

  private pushTimeIn(key: TagKey): (digest: string) => Date | null {
    const repository = key.slice(0, key.lastIndexOf(':'));
    return (digest) => this.pushedAt.get(`${repository}@${digest}`) ?? null;
  }

  private anyKey(): TagKey {
    return ALL_TAGS[Math.floor(this.random() * ALL_TAGS.length)] ?? '';
  }

  private anyReplica(): NestFastifyApplication {
    const app = this.replicas[Math.floor(this.random() * this.replicas.length)];
    if (app === undefined) throw new Error('there is one');
    return app;
  }

  private dataSource(): DataSource {
    return this.anyReplica().get<DataSource>(getDataSourceToken());
  }
}

/** `repository:*` is all tags of it. */
function expanded(key: TagKey): TagKey[] {
  return key.endsWith(':*') ? ALL_TAGS.filter((one) => one.startsWith(key.slice(0, -1))) : [key];
}

async function makeProject(url: string, { username, password }: SandboxPerson): Promise<string> {
  const login = { username, password };
  const session = await postJson<{ accessToken: string }>(`${url}/api/v1/auth/login`, null, login);
  await postJson(`${url}/api/v1/account/credentials`, `Bearer ${session.accessToken}`, {});
  return `user-${username}`;
}

async function startReplica(
  surroundings: Surroundings,
  relay: HintRelay,
  databaseUrl: string,
): Promise<NestFastifyApplication> {
  const app = await createApp(
    loadConfig({
      ...surroundings.env(databaseUrl, 0),
      WEBHOOK_URL: relay.url,
      // The model reads it when it chooses to, and nobody else puts the rule back.
      AUDIT_FEED: 'off',
      DRIFT_REPAIR: 'none',
      SWEEP_CALLS_PER_SECOND: '1000',
      PERSON_LOOKUPS_PER_SECOND: '1000',
      REPLICAS_WITHOUT_REDIS: 'true',
      LOG_LEVEL: 'silent',
    }),
  );
  await app.listen(0, '127.0.0.1');
  // The model sweeps, puts back and holds when it chooses to.
  await holdTasks(app.get<DataSource>(getDataSourceToken()), 'sweeps', 'restoring', 'holds');
  return app;
}
