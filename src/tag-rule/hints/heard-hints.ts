import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { In, type DataSource } from 'typeorm';
import { Clock } from '../../common/clock';
import type { TagName } from '../observation';
import { SweptRecords } from '../swept-records';
import { TagHint } from './tag-hint.entity';

/** Many webhooks are written down together: nobody waits for it. */
const WRITE_EVERY_MS = 2_000;
const AT_ONCE = 100;

/** Which tags webhooks named, so that those that never came can be counted. Some may be lost when Berth is killed. */
@Injectable()
export class HeardHints implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(HeardHints.name);
  private heard = new Map<string, Map<string, TagName>>();
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly records: SweptRecords,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.writing = this.writing.then(async () => this.write());
    }, WRITE_EVERY_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.timer === null) return;
    clearInterval(this.timer);
    await this.writing;
    await this.write();
  }

  /** To be called once the tag was looked at, and has its record. */
  note(name: TagName): void {
    const { project, repository, tag } = name;
    const ofProject = this.heard.get(project) ?? new Map<string, TagName>();
    this.heard.set(project, ofProject.set(`${repository}:${tag}`, name));
  }

  private async write(): Promise<void> {
    const { heard } = this;
    this.heard = new Map();
    try {
      for (const [project, names] of heard) await this.writeProject(project, [...names.values()]);
    } catch (error) {
      this.logger.warn({ msg: 'it could not be written down which webhooks came', err: error });
    }
  }

  private async writeProject(project: string, names: readonly TagName[]): Promise<void> {
    const records = await this.records.findNamed(project, names);
    const ids = [...records.values()].map(({ id }) => id);
    const heardAt = this.clock.now();
    for (let first = 0; first < ids.length; first += AT_ONCE) {
      const some = ids.slice(first, first + AT_ONCE);
      await this.dataSource.transaction(async (manager) => {
        await manager.delete(TagHint, { id: In(some) });
        await manager.insert(
          TagHint,
          some.map((id) => ({ id, heardAt })),
        );
      });
    }
  }
}
