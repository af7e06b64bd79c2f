import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { AuditPage, AuditRow } from '../../harbor/harbor.types';
import { readAuditRow, type LoggedDeletion, type LoggedTag } from './audit-row';
import { KeptProjects } from '../hints/kept-projects';
import { NoticedTags } from '../noticed-tags';
import { formatTagName } from '../observation';
import { SweepWishes } from '../sweep-wishes';
import { TagRecordsService } from '../tag-records.service';

const PARALLEL = 8;
/** Rows whose look fails so often are left to the sweep, so that one tag does not hold up all others. */
const MAX_TRIES = 10;

interface Work {
  project: string;
  key: string;
  run: () => Promise<void>;
}

/** Looks at the tags of which rows of the audit log tell, each once with all that they tell of it. */
@Injectable()
export class LoggedTags {
  private readonly logger = new Logger(LoggedTags.name);
  private readonly tries = new LRUCache<string, number>({ max: 1_000, ttl: 5 * 60_000 });

  constructor(
    private readonly kept: KeptProjects,
    private readonly tagRecords: TagRecordsService,
    private readonly noticed: NoticedTags,
    private readonly wishes: SweepWishes,
  ) {}

  /**
   * Rows may come again: each counts once.
   * @throws what the first look threw that failed; the others are done, and these rows are to be given again
   */
  async look(log: AuditPage['log'], rows: readonly AuditRow[]): Promise<void> {
    const told = rows.flatMap((row) => readAuditRow(log, row) ?? []);
    const waiting = [...this.ofTags(told), ...this.ofDeletions(told)];
    const failures: unknown[] = [];
    const one = async (): Promise<void> => {
      for (let work = waiting.shift(); work !== undefined; work = waiting.shift()) {
        try {
          await work.run();
          this.tries.delete(work.key);
        } catch (error) {
          if (!this.giveUp(work, error)) failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, one));
    if (failures.length > 0) throw failures[0];
  }

  private ofTags(told: readonly (LoggedTag | LoggedDeletion)[]): Work[] {
    const byName = new Map<string, LoggedTag[]>();
    for (const one of told) {
      if (!('name' in one)) continue;
      const key = formatTagName(one.name);
      byName.set(key, [...(byName.get(key) ?? []), one]);
    }
    return [...byName].flatMap(([key, ofName]) => {
      const [first] = ofName;
      if (first === undefined) return [];
      const { name } = first;
      const logged = ofName.map(({ change }) => change);
      const run = async (): Promise<void> => {
        if (await this.concernsUs(name)) await this.noticed.check(name, 'feed', logged);
      };
      return [{ project: name.project, key, run }];
    });
  }

  private ofDeletions(told: readonly (LoggedTag | LoggedDeletion)[]): Work[] {
    return told
      .filter((one) => 'digest' in one)
      .map((deletion) => ({
        project: deletion.project,
        key: `${deletion.project}/${deletion.repository}@${deletion.digest}`,
        run: async () => this.noticed.checkDigest(deletion, deletion.digest, 'feed', deletion.change),
      }));
  }

  /** Elsewhere only tags are watched that somebody imported or asked for. */
  private async concernsUs(name: LoggedTag['name']): Promise<boolean> {
    if ((await this.kept.harborIdOf(name.project)) !== null) return true;
    return (await this.tagRecords.find(name)) !== null;
  }

  private giveUp({ project, key }: Work, error: unknown): boolean {
    const tries = (this.tries.get(key) ?? 0) + 1;
    this.tries.set(key, tries);
    if (tries < MAX_TRIES) return false;
    this.logger.error({ msg: 'a tag of the audit log cannot be looked at', tag: key, err: error });
    this.tries.delete(key);
    this.wishes.wish(project);
    return true;
  }
}
