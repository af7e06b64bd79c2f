import type { AuditRow, Project, User } from './model';
import type { Database } from './database';
import type { BlobStore } from './store';
import type { Caller } from './caller';
import { nameOf } from './caller';
import type { Webhooks } from './webhook-delivery';
import type { Lockout } from './lockout';

export interface Settings {
  /** Such as `v2.15.2`. */
  version: string;
  /** The registry address in links: host and port. */
  address: string;
}

/** What handlers work on. */
export class World {
  /** Rows of the audit log that were written and are not there yet, by id: Harbor commits them out of order. */
  readonly lateAuditRows = new Set<number>();

  /** Pulls that are not yet counted: Harbor writes them every ten seconds. */
  private readonly pulls: { artifactId: number; tagId: number | null; at: string }[] = [];

  constructor(
    readonly settings: Settings,
    readonly database: Database,
    readonly blobs: BlobStore,
    readonly webhooks: Webhooks,
    readonly lockout: Lockout,
  ) {}

  now(): string {
    return new Date().toISOString();
  }

  /** A project that is not deleted, by its name. */
  projectNamed(name: string): Project | undefined {
    return this.database.projects.find((project) => project.name === name && !project.isDeleted);
  }

  project(id: number): Project | undefined {
    const project = this.database.projects.get(id);
    return project?.isDeleted ? undefined : project;
  }

  user(id: number): User | undefined {
    const user = this.database.users.get(id);
    return user?.isDeleted ? undefined : user;
  }

  userNamed(name: string): User | undefined {
    return this.database.users.find((user) => user.username === name && !user.isDeleted);
  }

  audit(
    caller: Caller,
    row: Pick<AuditRow, 'operation' | 'resourceType' | 'resource' | 'description'> & {
      projectId?: number;
      isSuccess?: boolean;
    },
  ): void {
    if (this.database.configuration.skip_audit_log_database === true) return;
    this.database.auditRows.insert((id) => ({
      projectId: 0,
      isSuccess: true,
      ...row,
      id,
      at: this.now(),
      username: nameOf(caller),
    }));
  }

  pulled(artifactId: number, tagId: number | null): void {
    this.pulls.push({ artifactId, tagId, at: this.now() });
  }

  /** Writes the pulls down, as Harbor does every ten seconds. Returns whether there were any. */
  flushPulls(): boolean {
    const pulls = this.pulls.splice(0);
    for (const { artifactId, tagId, at } of pulls) {
      const artifact = this.database.artifacts.get(artifactId);
      const repository = artifact && this.database.repositories.get(artifact.repositoryId);
      const tag = tagId === null ? undefined : this.database.tags.get(tagId);
      if (artifact) artifact.pulledAt = at;
      if (tag) tag.pulledAt = at;
      if (repository) {
        repository.pullCount += 1;
        repository.updatedAt = this.now();
      }
    }
    return pulls.length > 0;
  }
}
