import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { aboutLink } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { atMost } from '../common/at-most';
import type { ImageLink } from '../common/image-link';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isUniqueViolation } from '../database/database-errors';
import { HarborClient } from '../harbor/harbor.client';
import { platformsRun } from '../images/site-platforms';
import { ImageAccess } from '../images/sharing/image-access';
import type { ProjectFacts } from './facts';
import type { Told } from './lookup-answer';
import { LookupMemory, type LinkFacts } from './lookup-memory';
import { RefusedPullPruning } from './refused-pull-pruning';
import { RefusedPull } from './refused-pull.entity';

/** A scanner finds new vulnerabilities in old images; policies change seldom. */
const ASK_AGAIN_MS = 600_000;
const MAX_KEPT = 50_000;
const MAX_DUE = 1_000;
const PAUSE_MS = 100;

type Asked = Pick<Told, 'digest' | 'platforms'>;

/**
 * Whether Harbor lets nobody pull an image, by a project's policy about vulnerabilities. No lookup waits for it: Harbor
 * is asked beside them, little by little, and only in projects that are known to have such a policy. What it said all
 * replicas know within a second, also after a restart.
 */
@Injectable()
export class VulnerablePulls {
  private readonly logger = new Logger(VulnerablePulls.name);
  private readonly askedAtMs = new LRUCache<string, number>(atMost(MAX_KEPT));
  private readonly due = new Map<string, { link: ImageLink; told: Asked }>();
  private isAsking = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly memory: LookupMemory,
    private readonly access: ImageAccess,
    private readonly harbor: HarborClient,
    private readonly changes: Changes,
    private readonly pruning: RefusedPullPruning,
    @Inject(CONFIG) private readonly config: Pick<Config, 'images'>,
  ) {}

  /** From memory alone: the severity from which on Harbor refuses it; null: it does not; undefined: not known. */
  recall({ link, project }: LinkFacts, told: Asked, nowMs: number | null): string | null | undefined {
    const severity = this.limitOf(link, project);
    if (severity === null) return null;
    const isRefused = this.memory.findRefused(nameOf(link, told), nowMs);
    if (isRefused === undefined) return undefined;
    this.askBeside(link, told);
    return isRefused ? severity : null;
  }

  /** As recall, else from the database, whose errors it throws. */
  async find(link: ImageLink, told: Asked): Promise<string | null> {
    const severity = this.limitOf(link, this.memory.findProject(link.project));
    if (severity === null) return null;
    this.askBeside(link, told);
    return (await this.memory.isRefused(nameOf(link, told))) ? severity : null;
  }

  /** Of a project that Berth does not keep, as far as this replica knows. */
  private limitOf({ project }: ImageLink, kept: ProjectFacts | null): string | null {
    return kept === null ? this.access.recallVulnerabilityLimit(project) : kept.vulnerabilityLimit;
  }

  private askBeside(link: ImageLink, told: Asked): void {
    const name = nameOf(link, told);
    const askedAtMs = this.askedAtMs.get(name) ?? Number.NEGATIVE_INFINITY;
    if (performance.now() - askedAtMs < ASK_AGAIN_MS || this.due.size >= MAX_DUE) return;
    this.due.set(name, { link, told });
    if (!this.isAsking) void this.askAll();
  }

  private async askAll(): Promise<void> {
    this.isAsking = true;
    for (const [name, asked] of this.due) {
      // Where Harbor did not say, what it said before holds, and the next lookup has it asked again.
      await this.ask(name, asked.link, asked.told).catch((error: unknown) => {
        this.logger.debug({ msg: 'whether a pull is refused could not be asked', err: error });
      });
      this.due.delete(name);
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
    this.isAsking = false;
  }

  private async ask(name: string, link: ImageLink, told: Asked): Promise<void> {
    await this.record(name, await this.isRefused(link, told));
    this.askedAtMs.set(name, performance.now());
  }

  /** Of an index the images that the nodes run as well: Harbor judges each by itself. */
  private async isRefused(
    { project, repository }: ImageLink,
    { digest, platforms }: Asked,
  ): Promise<boolean> {
    const run = platformsRun(platforms, this.config.images.sitePlatforms).map((one) => one.digest);
    for (const pulled of new Set([digest, ...run])) {
      if (await this.harbor.isPullRefused(project, repository, pulled)) return true;
    }
    return false;
  }

  private async record(name: string, isRefused: boolean): Promise<void> {
    if ((await this.memory.isRefused(name)) === isRefused) {
      if (isRefused) await this.pruning.keepOn(name);
      return;
    }
    try {
      await this.dataSource.transaction(async (manager) => {
        if (isRefused) await manager.insert(RefusedPull, { id: uuidv7(), name });
        else await manager.delete(RefusedPull, { name });
        await this.changes.record(manager, aboutLink(name));
      });
    } catch (error) {
      // Another replica was first.
      if (!isUniqueViolation(error, 'uq_refused_pulls_name')) throw error;
    }
  }
}

function nameOf({ project, repository }: ImageLink, { digest }: Asked): string {
  return `${project}/${repository}@${digest}`;
}
