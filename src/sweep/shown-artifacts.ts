import type { HarborArtifact } from '../harbor/harbor.types';

/** About 10 MB. */
const MOST = 50_000;
/** What a list holds most of is not known before. */
const JUDGED_FROM = 200;

/**
 * Which artifacts the pages of one sweep showed, so that Harbor need not be asked for each whether it is still there.
 * Harbor lists neither the children of an index nor what refers to another artifact.
 */
export class ShownArtifacts {
  private readonly digests = new Set<string>();
  /** Repositories with an index that holds another, whose children nothing shows. */
  private readonly hiding = new Set<string>();
  private tagged = 0;
  private untagged = 0;

  /** @param isWhole the pages show all that is there */
  constructor(private isWhole: boolean) {}

  /** Not where most carry no tag: what they cost would be more than they spare. */
  get wantsUntagged(): boolean {
    if (this.isWhole && this.tagged + this.untagged >= JUDGED_FROM && this.untagged > this.tagged) this.cut();
    return this.isWhole;
  }

  add(repository: string, { digest, children, tags }: HarborArtifact): void {
    if (tags.length > 0) this.tagged += 1;
    else this.untagged += 1;
    if (this.digests.size + children.length >= MOST) {
      this.cut();
      return;
    }
    this.digests.add(keyOf(repository, digest));
    for (const child of children) {
      this.digests.add(keyOf(repository, child.digest));
      if (!child.hasPlatform) this.hiding.add(repository);
    }
  }

  /** Something that is there is shown no more. */
  cut(): void {
    this.isWhole = false;
  }

  /** @param wasListed lists showed it before. Null: the pages do not say. */
  isThere(repository: string, digest: string, wasListed: boolean): boolean | null {
    if (this.digests.has(keyOf(repository, digest))) return true;
    return this.isWhole && wasListed && !this.hiding.has(repository) ? false : null;
  }
}

function keyOf(repository: string, digest: string): string {
  return `${repository}@${digest}`;
}
