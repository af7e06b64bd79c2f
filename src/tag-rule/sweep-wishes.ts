import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { atMost } from '../common/at-most';

/** Whoever sends nonsense in a project's name has it swept no more often. */
const NO_SOONER_MS = 60_000;

/** Projects in which something may have changed that nobody told exactly: they are swept soon. */
@Injectable()
export class SweepWishes {
  private readonly wished = new Set<string>();
  private readonly taken = new LRUCache<string, true>({ ...atMost(10_000), ttl: NO_SOONER_MS });

  wish(project: string): void {
    this.wished.add(project);
  }

  /** Those that wait to be taken. */
  get waiting(): readonly string[] {
    return [...this.wished];
  }

  /** Those that are to be swept now; one that was taken less than a minute ago waits until then. */
  take(): string[] {
    const projects = this.waiting.filter((project) => !this.taken.has(project));
    for (const project of projects) {
      this.wished.delete(project);
      this.taken.set(project, true);
    }
    return projects;
  }

  /** Takes it back: it could not be asked for. */
  putBack(project: string): void {
    this.taken.delete(project);
    this.wished.add(project);
  }
}
