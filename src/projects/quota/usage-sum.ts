export interface ArtifactsUsage {
  artifacts: number;
  /** The sum of each artifact by itself. */
  sizeBytes: number;
}

export interface RepositoryUsage {
  /** Without the project. */
  repository: string;
  tagged: ArtifactsUsage;
  /** What no tag points to any more. */
  untagged: ArtifactsUsage;
}

/** Adds up artifacts by repository. */
export class UsageSum {
  private readonly byRepository = new Map<string, RepositoryUsage>();

  add(repository: string, sizeBytes: number, isTagged: boolean): void {
    const usage = this.byRepository.get(repository) ?? emptyUsage(repository);
    const part = isTagged ? usage.tagged : usage.untagged;
    part.artifacts += 1;
    part.sizeBytes += sizeBytes;
    this.byRepository.set(repository, usage);
  }

  /** The largest first; those of one size by name. */
  repositories(): RepositoryUsage[] {
    return [...this.byRepository.values()].sort(
      (one, other) => totalOf(other) - totalOf(one) || (one.repository < other.repository ? -1 : 1),
    );
  }
}

function totalOf({ tagged, untagged }: RepositoryUsage): number {
  return tagged.sizeBytes + untagged.sizeBytes;
}

function emptyUsage(repository: string): RepositoryUsage {
  return { repository, tagged: { artifacts: 0, sizeBytes: 0 }, untagged: { artifacts: 0, sizeBytes: 0 } };
}
