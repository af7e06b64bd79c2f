import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { In, type DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { aboutPerson } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isUniqueViolation } from '../database/database-errors';
import { Directory, type DirectoryGroup } from '../directory/directory';
import { DirectoryGroupRow } from './directory-group.entity';
import { PersonGroup } from './person-group.entity';
import { Person } from './person.entity';
import { usernameKey } from './username-key';

/** What the directory said counts so long without asking it again. */
const GOOD_FOR_MS = 10 * 60_000;
/** So long it may be kept in memory on top of that: 15 minutes together. */
export const MEMBERSHIPS_KEPT_MS = 5 * 60_000;
/** Older than this it is asked again in the background, before whoever comes next from memory has to wait for it. */
const REFRESH_AFTER_MS = GOOD_FOR_MS - MEMBERSHIPS_KEPT_MS;
/** After a failure the directory is left alone for so long. */
const PAUSE_MS = 30_000;
/** Nobody waits longer for the directory. */
const PATIENCE_MS = 300;
const MAX_NAME = 256;

/** What is shared with a person depends on this. */
export interface Memberships {
  /** Offboarded. */
  hasLeft: boolean;
  groupIds: readonly string[];
}

interface Known extends Memberships {
  directoryId: string;
  seenAt: Date | null;
}

interface KnownRow {
  directoryId: string;
  seenAt: Date | string | null;
  offboardedAt: unknown;
  groupId: string | null;
}

/** Which groups of the directory a person is in, as it said at a login, a refresh, or in the last 15 minutes. */
@Injectable()
export class PersonGroups {
  private readonly logger = new Logger(PersonGroups.name);
  private readonly asking = new Map<string, Promise<void>>();
  private pausedUntilMs = 0;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly directory: Directory,
    private readonly changes: Changes,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Can anything be shared with groups here? */
  get areConfigured(): boolean {
    return this.config.directory.groupBaseDn !== null;
  }

  /**
   * The ids of the groups that count for a person, and whether they left. Groups older than 10 minutes are asked for
   * again. While the directory is away, or takes longer than 300 ms, what is known counts as long as is configured,
   * and then nothing. No groups for one whom Berth does not know.
   */
  async of(personId: string): Promise<Memberships> {
    const known = await this.read(personId);
    if (known === null) return { hasLeft: false, groupIds: [] };
    if (!this.areConfigured) return { ...known, groupIds: [] };
    const ageMs = this.ageMs(known);
    if (ageMs <= GOOD_FOR_MS) {
      if (ageMs > REFRESH_AFTER_MS) void this.refresh(personId, known.directoryId);
      return known;
    }
    await Promise.race([
      this.refresh(personId, known.directoryId),
      sleep(PATIENCE_MS, undefined, { ref: false }),
    ]);
    const now = (await this.read(personId)) ?? known;
    const counts = this.ageMs(now) <= Math.max(GOOD_FOR_MS, this.config.directory.groupsMaxStaleMs);
    return counts ? now : { ...now, groupIds: [] };
  }

  /** Keeps what the directory said of a person; null, which is that it did not tell, changes nothing. */
  async learn(personId: string, groups: readonly DirectoryGroup[] | null): Promise<void> {
    if (groups === null) return;
    const wanted = await this.ensure(groups);
    await this.dataSource.transaction(async (manager) => {
      // Also the lock: of two that learn at once, one waits here.
      await manager.update(Person, { id: personId }, { groupsSeenAt: this.clock.now() });
      const had = await manager.findBy(PersonGroup, { personId });
      const gone = had.filter(({ groupId }) => !wanted.has(groupId));
      const added = [...wanted].filter((groupId) => !had.some((row) => row.groupId === groupId));
      if (gone.length === 0 && added.length === 0) return;
      if (gone.length > 0) await manager.delete(PersonGroup, { id: In(gone.map(({ id }) => id)) });
      if (added.length > 0) {
        const rows = added.map((groupId) => ({ id: uuidv7(), personId, groupId }));
        await manager.insert(PersonGroup, rows);
      }
      await this.changes.record(manager, aboutPerson(personId));
    });
  }

  /**
   * The group of this name, as the directory compares names; null when it has none, or several.
   * @throws DomainError upstream-unavailable `directory.unavailable`
   */
  async find(name: string): Promise<DirectoryGroupRow | null> {
    const group = await this.directory.findGroup(name);
    if (group === null) return null;
    const [id] = await this.ensure([group]);
    return id === undefined ? null : this.dataSource.manager.findOneBy(DirectoryGroupRow, { id });
  }

  async findByIds(ids: readonly string[]): Promise<ReadonlyMap<string, DirectoryGroupRow>> {
    if (ids.length === 0) return new Map();
    const rows = await this.dataSource.manager.findBy(DirectoryGroupRow, { id: In([...new Set(ids)]) });
    return new Map(rows.map((row) => [row.id, row]));
  }

  private async read(personId: string): Promise<Known | null> {
    // One read: groups and the time when they were told always belong together.
    const rows = await this.dataSource.query<KnownRow[]>(
      'SELECT p.directoryId, p.groupsSeenAt AS seenAt, p.offboardedAt, g.groupId FROM persons p ' +
        'LEFT JOIN person_groups g ON g.personId = p.id WHERE p.id = ?',
      [personId],
    );
    const [first] = rows;
    if (first === undefined) return null;
    return {
      directoryId: first.directoryId,
      seenAt: this.timeOf(first.seenAt),
      hasLeft: first.offboardedAt !== null,
      groupIds: rows.flatMap(({ groupId }) => groupId ?? []),
    };
  }

  /** Each database has times of its own in what is read without entities. */
  private timeOf(seenAt: Date | string | null): Date | null {
    const column = this.dataSource.getMetadata(Person).findColumnWithPropertyName('groupsSeenAt');
    if (column === undefined) throw new Error('persons have no groupsSeenAt');
    return this.dataSource.driver.prepareHydratedValue(seenAt, column) as Date | null;
  }

  /** Asks the directory, once for all who ask at a time. Never throws. */
  private async refresh(personId: string, directoryId: string): Promise<void> {
    if (performance.now() < this.pausedUntilMs) return;
    const running = this.asking.get(personId);
    if (running !== undefined) return running;
    const asked = this.ask(personId, directoryId).finally(() => this.asking.delete(personId));
    this.asking.set(personId, asked);
    return asked;
  }

  private async ask(personId: string, directoryId: string): Promise<void> {
    try {
      const entry = await this.directory.findById(directoryId);
      if (entry?.groups === null) this.pause();
      await this.learn(personId, entry === null ? [] : entry.groups);
    } catch (error) {
      this.pause();
      this.logger.warn({ msg: 'the groups of a person could not be read', err: error });
    }
  }

  private pause(): void {
    this.pausedUntilMs = performance.now() + PAUSE_MS;
  }

  /** Our ids of these groups: those that are new are made known, and those renamed have the new name. */
  private async ensure(groups: readonly DirectoryGroup[]): Promise<Set<string>> {
    if (groups.length === 0) return new Set();
    const { manager } = this.dataSource;
    const directoryIds = groups.map(({ id }) => id);
    const known = new Map(
      (await manager.findBy(DirectoryGroupRow, { directoryId: In(directoryIds) })).map((row) => [
        row.directoryId,
        row,
      ]),
    );
    const ids = new Set<string>();
    for (const group of groups) {
      const row = known.get(group.id);
      if (row === undefined) ids.add(await this.add(manager, group));
      else {
        ids.add(row.id);
        const facts = factsOf(group);
        if (row.name !== facts.name) await manager.update(DirectoryGroupRow, { id: row.id }, facts);
      }
    }
    return ids;
  }

  private async add(manager: EntityManager, group: DirectoryGroup): Promise<string> {
    const id = uuidv7();
    try {
      await manager.insert(DirectoryGroupRow, { id, directoryId: group.id, ...factsOf(group) });
      return id;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return (await manager.findOneByOrFail(DirectoryGroupRow, { directoryId: group.id })).id;
    }
  }

  private ageMs({ seenAt }: Known): number {
    return seenAt === null ? Number.POSITIVE_INFINITY : this.clock.now().getTime() - seenAt.getTime();
  }
}

function factsOf({ name }: DirectoryGroup): Pick<DirectoryGroupRow, 'name' | 'nameKey'> {
  const short = [...name].slice(0, MAX_NAME).join('');
  return { name: short, nameKey: usernameKey(short) };
}
