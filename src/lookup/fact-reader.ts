import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { usernameKey } from '../auth/username-key';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import type { TagPolicy } from '../projects/tag-policy';
import { DatabaseReader, type SqlValue } from '../database/database-reader';
import { allOf, ImageVisibility } from '../images/sharing/image-visibility';
import { formatTagName, type TagName } from '../tag-rule/observation';
import { bestOf, readProject, readTag, type ProjectRow, type SeenRow, type TagRow } from './fact-rows';
import type { Asker, ProjectFacts, SeenImage, TagFacts } from './facts';
import { Gathering, padded } from './gathering';

/** Lookups read on connections of their own: whatever else Berth does with the database does not hold them up. */
const CONNECTIONS = 4;

export interface SeenQuestion {
  audiences: readonly string[];
  /** `project/repository:tag`, or with `@digest`. */
  name: string;
}

/** Reads what lookups need from the database: of many at once by one statement. Throws what the driver throws. */
@Injectable()
export class FactReader implements OnModuleDestroy {
  private readonly reader: DatabaseReader;
  private readonly sitePolicy: TagPolicy;
  private readonly tags = new Gathering<TagName, TagFacts | null>((names) => this.readTags(names));
  private readonly seen = new Gathering<SeenQuestion, SeenImage | null>((asked) => this.readSeen(asked));
  private readonly projects = new Gathering<string, ProjectFacts | null>((names) => this.readProjects(names));
  private readonly refusedPulls = new Gathering<string, boolean>((names) => this.readRefusedPulls(names));
  private readonly people = new Gathering<string, { id: string } | null>((keys) => this.readPeople(keys));

  constructor(
    private readonly visibility: ImageVisibility,
    @Inject(CONFIG) config: Config,
  ) {
    this.reader = DatabaseReader.of(config.database, CONNECTIONS);
    this.sitePolicy = config.tagRule.policy;
  }

  async onModuleDestroy(): Promise<void> {
    await this.reader.close();
  }

  async asker(username: string): Promise<Asker> {
    const person = await this.people.ask(usernameKey(username));
    return this.askerOf(person?.id ?? null);
  }

  async askerOf(personId: string | null): Promise<Asker> {
    return { personId, audiences: allOf(await this.visibility.audiencesOf(personId)) };
  }

  /** Null where Berth keeps no such project. */
  async project(name: string): Promise<ProjectFacts | null> {
    return this.projects.ask(name);
  }

  /** Null where Berth never saw the tag, or it was deleted through Berth. */
  async tag(name: TagName): Promise<TagFacts | null> {
    return this.tags.ask(name);
  }

  /** Does Harbor let nobody pull this digest (`project/repository@digest`)? As it said last. */
  async isRefused(name: string): Promise<boolean> {
    return this.refusedPulls.ask(name);
  }

  async seenImage(question: SeenQuestion): Promise<SeenImage | null> {
    return this.seen.ask(question);
  }

  private async readPeople(keys: readonly string[]): Promise<({ id: string } | null)[]> {
    const rows = await this.read<{ id: string; usernameKey: string }>(
      (marks) => `SELECT id, usernameKey FROM persons WHERE usernameKey IN (${marks})`,
      keys,
    );
    const byKey = new Map(rows.map((row) => [row.usernameKey, row]));
    return keys.map((key) => byKey.get(key) ?? null);
  }

  private async readProjects(names: readonly string[]): Promise<(ProjectFacts | null)[]> {
    const rows = await this.read<ProjectRow>(
      (marks) =>
        'SELECT p.name, p.ownerPersonId, p.harborProjectId, p.visibility, p.tagPolicy, p.vulnerabilityLimit, o.offboardedAt FROM projects p ' +
        `LEFT JOIN persons o ON o.id = p.ownerPersonId WHERE p.name IN (${marks})`,
      names,
    );
    const byName = new Map(rows.map((row) => [row.name, readProject(row, this.sitePolicy)]));
    return names.map((name) => byName.get(name) ?? null);
  }

  private async readRefusedPulls(names: readonly string[]): Promise<boolean[]> {
    const rows = await this.read<{ name: string }>(
      (marks) => `SELECT name FROM refused_pulls WHERE name IN (${marks})`,
      names,
    );
    const refused = new Set(rows.map(({ name }) => name));
    return names.map((name) => refused.has(name));
  }

  private async readTags(names: readonly TagName[]): Promise<(TagFacts | null)[]> {
    const asked = padded(names);
    const rows = await this.reader.read<TagRow>(
      'SELECT t.project, t.repository, t.tag, t.harborProjectId, t.recordedDigest, t.currentDigest, t.state, ' +
        't.recordedGone, t.platforms, t.sizeBytes, t.firstSeenAt, t.checkedAt, v.id AS violationId ' +
        'FROM tag_records t LEFT JOIN violations v ON v.openRecordId = t.id WHERE t.retiredAt IS NULL AND (' +
        `${asked.map(() => '(t.project = ? AND t.repository = ? AND t.tag = ?)').join(' OR ')})`,
      asked.flatMap(({ project, repository, tag }) => [project, repository, tag]),
    );
    const byName = new Map(rows.map((row) => [formatTagName(row), readTag(row)]));
    return names.map((name) => byName.get(formatTagName(name)) ?? null);
  }

  private async readSeen(asked: readonly SeenQuestion[]): Promise<(SeenImage | null)[]> {
    const pairs = asked.flatMap(({ name, audiences }) => audiences.map((audience) => ({ name, audience })));
    const rows: SeenRow[] = [];
    for (let from = 0; from < pairs.length; from += 256) {
      const some = padded(pairs.slice(from, from + 256));
      rows.push(
        ...(await this.reader.read<SeenRow>(
          'SELECT a.name, a.audience, a.imageId, a.personId, i.digest, i.platforms, i.sizeBytes, i.createdAt ' +
            'FROM image_audiences a JOIN images i ON i.id = a.imageId WHERE ' +
            some.map(() => '(a.name = ? AND a.audience = ?)').join(' OR '),
          some.flatMap(({ name, audience }) => [name, audience]),
        )),
      );
    }
    const byName = new Map<string, SeenRow[]>();
    for (const row of rows) byName.set(row.name, [...(byName.get(row.name) ?? []), row]);
    return asked.map(({ name, audiences }) => bestOf(byName.get(name) ?? [], audiences));
  }

  private async read<Row extends object>(
    sql: (marks: string) => string,
    keys: readonly SqlValue[],
  ): Promise<Row[]> {
    const asked = padded(keys);
    return this.reader.read<Row>(sql(asked.map(() => '?').join(', ')), asked);
  }
}
