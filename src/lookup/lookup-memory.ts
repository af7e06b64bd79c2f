import { Injectable } from '@nestjs/common';
import { usernameKey } from '../auth/username-key';
import { aboutLink, aboutPerson, aboutProject, type ChangeKey } from '../changes/change-key';
import { ChangeMarks } from '../changes/change-marks';
import type { ImageLink } from '../common/image-link';
import { imageName } from '../images/image-name';
import { AUDIENCES_GOOD_FOR_MS } from '../images/sharing/image-visibility';
import { formatTagName, type TagName } from '../tag-rule/observation';
import { FactReader } from './fact-reader';
import type { Asker, ProjectFacts, SeenImage, TagFacts } from './facts';
import { KeptFacts, type Fact } from '../changes/kept-facts';

const MB = 1024 * 1024;

/** Whose job it is: a person by his id, or whoever has a username. */
export type AskerName = { personId: string } | { username: string };

/** What is known of one link for one asker; what is undefined is not kept. */
export interface LinkFacts {
  link: ImageLink;
  asker: Asker;
  project: ProjectFacts | null;
  seen: SeenImage | null;
  /** Null for a link with a digest, and where Berth never saw the tag. */
  tag: TagFacts | null;
}

/** Facts together with what they were read as, which tells whether they still hold. */
export interface Found {
  facts: LinkFacts;
  parts: readonly Fact<unknown>[];
  /** The names by which memory keeps them, of what is kept of this link alone. */
  keptAs: { seen: string; tag: string | null };
}

/**
 * What lookups know, bounded in bytes and right: a change is forgotten at once on this replica, and within a second
 * on the others (changes/change-feed.ts).
 */
@Injectable()
export class LookupMemory {
  private readonly askers: KeptFacts<Asker>;
  private readonly projects: KeptFacts<ProjectFacts | null>;
  private readonly seen: KeptFacts<SeenImage | null>;
  private readonly tags: KeptFacts<TagFacts | null>;
  private readonly refusedPulls: KeptFacts<boolean>;

  constructor(
    private readonly reader: FactReader,
    private readonly marks: ChangeMarks,
  ) {
    const isNull = (value: object | null): boolean => value === null;
    this.askers = new KeptFacts(marks, {
      maxBytes: 4 * MB,
      bytesOf: ({ audiences }) => 100 + 100 * audiences.length,
      isAbsent: ({ personId }) => personId === null,
      readAgainMs: AUDIENCES_GOOD_FOR_MS,
    });
    this.projects = new KeptFacts<ProjectFacts | null>(marks, {
      maxBytes: 4 * MB,
      bytesOf: () => 200,
      isAbsent: () => false,
    });
    this.seen = new KeptFacts<SeenImage | null>(marks, {
      maxBytes: 8 * MB,
      bytesOf: (seen) => 500 + 80 * (seen?.givers.length ?? 0),
      isAbsent: () => false,
    });
    this.tags = new KeptFacts<TagFacts | null>(marks, {
      maxBytes: 20 * MB,
      // With the text that is made of it.
      bytesOf: (tag) => 2_000 + 300 * (tag?.platforms.length ?? 0),
      isAbsent: isNull,
    });
    this.refusedPulls = new KeptFacts(marks, {
      maxBytes: 4 * MB,
      bytesOf: () => 100,
      isAbsent: () => false,
    });
  }

  /** Is there anything to answer from? */
  get isEmpty(): boolean {
    return this.tags.size === 0 && this.seen.size === 0;
  }

  /** From memory alone; undefined when something is not kept. @param nowMs as isGood */
  find(name: AskerName, link: ImageLink, nowMs: number | null): Found | undefined {
    const asker = this.askers.find(askerKey(name), nowMs);
    if (asker === undefined) return undefined;
    const project = this.projects.find(link.project, nowMs);
    if (project === undefined) return undefined;
    const path = imageName(link);
    const keptAs = { seen: seenKey(asker.value, path), tag: link.digest === null ? path : null };
    const seen = this.seen.find(keptAs.seen, nowMs);
    if (seen === undefined) return undefined;
    const tag = keptAs.tag === null ? NO_TAG : this.tags.find(keptAs.tag, nowMs);
    if (tag === undefined) return undefined;
    const facts = { link, asker: asker.value, project: project.value, seen: seen.value, tag: tag.value };
    return { facts, parts: [asker, project, seen, tag], keptAs };
  }

  /** What somebody holds and answers from stays kept here too, or memory would fill with what nobody asks for. */
  touch({ keptAs: { seen, tag } }: Found): void {
    this.seen.touch(seen);
    if (tag !== null) this.tags.touch(tag);
  }

  /** The project of a link that was found or learned; null where Berth keeps none. */
  findProject(name: string): ProjectFacts | null {
    return this.projects.find(name, null)?.value ?? null;
  }

  /** Does Harbor let nobody pull this digest (`project/repository@digest`)? Undefined: not kept. */
  findRefused(name: string, nowMs: number | null): boolean | undefined {
    return this.refusedPulls.find(name, nowMs)?.value;
  }

  /** A mark of now; whatever is read after it, and by it, is kept until something changes. */
  mark(): number {
    return this.marks.mark();
  }

  /**
   * From memory, else from the database, whose errors it throws.
   * @param mark of before the question
   * @param aheadMs what should be read again so soon is not taken from memory
   */
  async asker(name: AskerName, mark: number, aheadMs = 0): Promise<Asker> {
    const key = askerKey(name);
    const found = this.askers.find(key, performance.now() + aheadMs);
    if (found !== undefined) return found.value;
    const asker = await ('personId' in name
      ? this.reader.askerOf(name.personId)
      : this.reader.asker(name.username));
    this.askers.keep(key, asker, personKeys(asker.personId), mark);
    return asker;
  }

  /** As asker. */
  async link(asker: Asker, link: ImageLink, mark: number, aheadMs = 0): Promise<LinkFacts> {
    const goodAtMs = performance.now() + aheadMs;
    const name = imageName(link);
    const [project, seen, tag] = await Promise.all([
      this.project(link.project, mark, goodAtMs),
      this.seenImage(asker, link.project, name, mark, goodAtMs),
      link.digest === null ? this.tag(tagNameOf(link), mark, goodAtMs) : null,
    ]);
    return { link, asker, project, seen, tag };
  }

  /** As findRefused, else from the database. */
  async isRefused(name: string): Promise<boolean> {
    const found = this.findRefused(name, performance.now());
    if (found !== undefined) return found;
    const mark = this.marks.mark();
    const isRefused = await this.reader.isRefused(name);
    this.refusedPulls.keep(name, isRefused, [aboutLink(name)], mark);
    return isRefused;
  }

  /** What a look just recorded. @param mark of before the look */
  keepTag(name: TagName, tag: TagFacts | null, mark: number): void {
    this.tags.keep(formatTagName(name), tag, tagKeys(name), mark);
  }

  private async project(name: string, mark: number, goodAtMs: number): Promise<ProjectFacts | null> {
    const found = this.projects.find(name, goodAtMs);
    if (found !== undefined) return found.value;
    const project = await this.reader.project(name);
    const keys = [aboutProject(name), ...personKeys(project?.ownerPersonId ?? null)];
    this.projects.keep(name, project, keys, mark);
    return project;
  }

  private async seenImage(
    asker: Asker,
    project: string,
    name: string,
    mark: number,
    goodAtMs: number,
  ): Promise<SeenImage | null> {
    const key = seenKey(asker, name);
    const found = this.seen.find(key, goodAtMs);
    if (found !== undefined) return found.value;
    const seen = await this.reader.seenImage({ audiences: asker.audiences, name });
    const keys = [aboutLink(name), aboutProject(project), ...personKeys(asker.personId)];
    this.seen.keep(key, seen, keys, mark);
    return seen;
  }

  private async tag(name: TagName, mark: number, goodAtMs: number): Promise<TagFacts | null> {
    const key = formatTagName(name);
    const found = this.tags.find(key, goodAtMs);
    return found === undefined ? this.readTag(name, mark) : found.value;
  }

  /** From the database: another replica may have recorded a moment ago what this memory has as absent. */
  async readTag(name: TagName, mark: number): Promise<TagFacts | null> {
    const tag = await this.reader.tag(name);
    this.keepTag(name, tag, mark);
    return tag;
  }
}

/** The tag that a link names; runtimes read a link without tag and digest as `latest`, so lookups do too. */
export function tagNameOf({ project, repository, tag }: ImageLink): TagName {
  return { project, repository, tag: tag ?? 'latest' };
}

function tagKeys(name: TagName): ChangeKey[] {
  return [aboutLink(formatTagName(name)), aboutProject(name.project)];
}

function personKeys(personId: string | null): ChangeKey[] {
  return personId === null ? [] : [aboutPerson(personId)];
}

const NO_TAG: Fact<null> = { value: null, keys: [], mark: Infinity, goodUntilMs: Infinity };

function askerKey(name: AskerName): string {
  return 'personId' in name ? `id ${name.personId}` : `name ${usernameKey(name.username)}`;
}

function seenKey({ personId }: Asker, name: string): string {
  return `${personId ?? ''} ${name}`;
}
