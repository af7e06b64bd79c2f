import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { SandboxPerson } from '../../sandbox/directory/sandbox-directory';
import { postJson } from '../../sandbox/post-json';
import { manyPeople, startSurroundings } from '../../sandbox/surroundings';
import { BackgroundLease } from '../../src/background/background-lease.entity';
import { loadConfig } from '../../src/config/load-config';
import { createDataSource, dataSourceOptions } from '../../src/database/data-source';
import { TagDigest } from '../../src/tag-rule/tag-digest.entity';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';
import { Violation } from '../../src/tag-rule/violations/violation.entity';
import { BerthProcess, freePort } from './berth-process';
import { HintRelay } from './hint-relay';
import { seededRandom } from './seeded-random';
import { ALL_TAGS, TagWorld, type TagKey } from './tag-world';

export interface TagKillsReport {
  kills: number;
  changes: number;
  sweeps: number;
  violations: number;
  entries: number;
  wrong: string[];
}

const CHANGES_A_KILL = 10;
const CHANGES_A_SWEEP = 25;
const LOG_SWITCHED = 0.03;

/**
 * SIGKILLs the built service at random instants while tags move and it learns of it by hints, the audit log, and
 * sweeps; then compares what it knows with what was: nothing lost that a sweep saw, nothing invented.
 */
export async function runTagKills(options: {
  main: string;
  databaseUrl: string;
  kills: number;
  seed: number;
  say: (line: string) => void;
}): Promise<TagKillsReport> {
  const random = seededRandom(options.seed);
  const people = [...manyPeople(1), { ...manyPeople(2)[1], admin: true }] as SandboxPerson[];
  const around = await startSurroundings(people, { webhookDelaysMs: [0] });
  const relay = await HintRelay.start();
  const port = await freePort();
  const env = {
    ...around.env(options.databaseUrl, port),
    WEBHOOK_URL: relay.url,
    AUDIT_FEED: 'on',
    DRIFT_REPAIR: 'none',
    HOLDS: 'off',
    SWEEP_CALLS_PER_SECOND: '1000',
    REPLICAS_WITHOUT_REDIS: 'true',
  };
  const berth = new BerthProcess(options.main, env, `http://127.0.0.1:${port}`);
  let dataSource: DataSource | null = null;
  try {
    await berth.start();
    dataSource = createDataSource(dataSourceOptions(loadConfig(env).database));
    await dataSource.initialize();
    const project = await makeProject(berth.url, people[0]);
    const world = new TagWorld(around, project, random);
    await world.prepare();
    return await new TagKills(world, relay, berth, dataSource, people[1], random, options).run();
  } finally {
    await berth.kill();
    await dataSource?.destroy();
    await relay.stop();
    await around.stop();
  }
}

class TagKills {
  /** Where each tag was, one stay after the other; null while it was gone. */
  private readonly stays = new Map<TagKey, (string | null)[]>(ALL_TAGS.map((key) => [key, [null]]));
  /** Where the sweeps found it. */
  private readonly swept = new Map<TagKey, string[]>(ALL_TAGS.map((key) => [key, []]));
  private readonly report: TagKillsReport = {
    ...{ kills: 0, changes: 0, sweeps: 0, violations: 0, entries: 0 },
    wrong: [],
  };

  constructor(
    private readonly world: TagWorld,
    private readonly relay: HintRelay,
    private readonly berth: BerthProcess,
    private readonly dataSource: DataSource,
    private readonly admin: SandboxPerson | undefined,
    private readonly random: () => number,
    private readonly options: { kills: number; seed: number; say: (line: string) => void },
  ) {}

  async run(): Promise<TagKillsReport> {
    const { report, options } = this;
    this.note();
    while (report.kills < options.kills) {
      await this.world.change();
      report.changes += 1;
      this.note();
      if (this.random() < 0.4) await this.relay.pass([this.berth.url], this.random).catch(() => 0);
      if (this.random() < LOG_SWITCHED) await this.world.switchLog(!this.world.logIsOn);
      if (this.random() < 1 / CHANGES_A_KILL) await this.kill();
      if (this.random() < 1 / CHANGES_A_SWEEP) await this.sweep();
    }
    await this.sweep();
    await this.compare();
    if (report.wrong.length > 0) report.wrong.push(`seed ${options.seed}`);
    return report;
  }

  private note(): void {
    for (const [key, digest] of this.world.truth) {
      const stays = this.stays.get(key);
      if (stays !== undefined && stays.at(-1) !== digest) stays.push(digest);
    }
  }

  private async kill(): Promise<void> {
    await sleep(this.random() * 300);
    await this.berth.kill();
    this.report.kills += 1;
    // As if so much time had passed: the next life takes up what the last one held.
    const held = { leaseToken: null, leaseUntil: null, dueAt: null };
    await this.dataSource.getRepository(BackgroundLease).createQueryBuilder().update().set(held).execute();
    await this.dataSource.query('UPDATE sweep_projects SET leaseToken = NULL, leaseUntil = NULL');
    if (this.report.kills % 50 === 0)
      this.options.say(`${this.report.kills} kills, ${this.report.changes} changes`);
    await this.berth.start();
  }

  /** All is still until it has ended, so what the tags are now is what it finds. */
  private async sweep(): Promise<void> {
    const { username, password } = this.admin ?? {};
    const api = `${this.berth.url}/api/v1`;
    const login = { username, password };
    const { accessToken } = await postJson<{ accessToken: string }>(`${api}/auth/login`, null, login);
    const authorization = `Bearer ${accessToken}`;
    await postJson(`${api}/admin/sweeps`, authorization, { force: true });
    for (;;) {
      await sleep(50);
      const answer = await fetch(`${api}/admin/sweeps`, { headers: { authorization } });
      const progress = (await answer.json()) as { running: number; due: number; stopped: number };
      if (progress.running + progress.due + progress.stopped === 0) break;
    }
    this.report.sweeps += 1;
    for (const [key, digest] of this.world.truth) {
      const swept = this.swept.get(key);
      if (digest !== null && swept !== undefined && swept.at(-1) !== digest) swept.push(digest);
    }
  }

  private async compare(): Promise<void> {
    const { manager } = this.dataSource;
    const records = await manager.findBy(TagRecord, { project: this.world.project });
    const known = new Map(records.map((record) => [`${record.repository}:${record.tag}`, record]));
    for (const key of ALL_TAGS) {
      const record = known.get(key);
      if (record !== undefined) await this.compareTag(key, record);
      else if (this.swept.get(key)?.length !== 0) this.report.wrong.push(`${key} has no record`);
    }
  }

  private async compareTag(key: TagKey, record: TagRecord): Promise<void> {
    const { manager } = this.dataSource;
    const where = { tagRecordId: record.id };
    const violations = await manager.find(Violation, { where, order: { id: 'ASC' } });
    const history = await manager.find(TagDigest, { where, order: { place: 'ASC' } });
    this.report.violations += violations.length;
    this.report.entries += history.length;
    const { wrong } = this.report;
    const stays = this.stays.get(key) ?? [];
    const truth = this.world.truth.get(key) ?? null;
    if (record.currentDigest !== truth)
      wrong.push(`${key} is ${truth}, and known as ${record.currentDigest}`);
    if (history.length !== record.historyCount) wrong.push(`${key} has lost entries of its history`);
    for (const { digest } of history) if (!stays.includes(digest)) wrong.push(`${key} never was ${digest}`);
    const { recordedDigest } = record;
    if (recordedDigest === null) {
      if (violations.length > 0) wrong.push(`${key} may move, and has violations`);
      return;
    }
    if (!stays.includes(recordedDigest))
      wrong.push(`${key} is held to ${recordedDigest}, which it never was`);
    const flagged = violations.map(({ toDigest }) => toDigest);
    for (const digest of new Set(flagged)) {
      const times = flagged.filter((one) => one === digest).length;
      const were = stays.filter((one) => one === digest).length;
      if (times > were) wrong.push(`${key} was ${were} times ${digest}, and is flagged ${times} times`);
    }
    const moves = (this.swept.get(key) ?? []).filter((digest) => digest !== recordedDigest);
    if (!isSubsequence(moves, flagged)) {
      wrong.push(`${key}: sweeps found it at ${moves.join(', ')}, and flagged is ${flagged.join(', ')}`);
    }
    const open = violations.filter(({ state }) => state === 'open').length;
    if (truth !== null && open !== (truth === recordedDigest ? 0 : 1)) wrong.push(`${key} has ${open} open`);
  }
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let found = 0;
  for (const one of whole) if (one === part[found]) found += 1;
  return found === part.length;
}

async function makeProject(url: string, person: SandboxPerson | undefined): Promise<string> {
  if (person === undefined) throw new Error('there is nobody');
  const { username, password } = person;
  const login = { username, password };
  const session = await postJson<{ accessToken: string }>(`${url}/api/v1/auth/login`, null, login);
  await postJson(`${url}/api/v1/account/credentials`, `Bearer ${session.accessToken}`, {});
  return `user-${username}`;
}
