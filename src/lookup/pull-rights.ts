import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Semaphore } from 'async-mutex';
import { ImageAccess } from '../images/sharing/image-access';

/** From then on Harbor is asked again beside the lookups, which go on with what it said. */
const ASK_BESIDE_MS = 15_000;
/** From then on a lookup waits for it, a little: a Harbor that is slow is no reason to hold up jobs. */
const ASK_FIRST_MS = 30_000;
const PATIENCE_MS = 50;
/** What was said longer ago than this may have ended long ago too: then a lookup waits longer for Harbor. */
const OLD_MS = 5 * 60_000;
const PATIENCE_WITH_OLD_MS = 1_000;
/** So many questions at a time: after an outage all that was believed meanwhile is due at once. */
const ASKED_BESIDE_AT_ONCE = 4;

/** Whether a person may pull from a project that is not his own, without a lookup waiting for Harbor each time. */
@Injectable()
export class PullRights {
  private readonly asking = new Map<string, Promise<number | null>>();
  private readonly beside = new Semaphore(ASKED_BESIDE_AT_ONCE);

  constructor(private readonly access: ImageAccess) {}

  /** The Harbor project's id where it is known that he may; undefined: Harbor has to be asked. */
  find(personId: string | null, project: string): number | undefined {
    const known = this.access.recall(personId, project);
    if (known === null || known.ageMs >= ASK_FIRST_MS) return undefined;
    if (known.ageMs >= ASK_BESIDE_MS) this.askBeside(personId, project);
    return known.harborProjectId;
  }

  /** Whatever was said last, however long ago; undefined: nothing. */
  recall(personId: string | null, project: string): number | undefined {
    return this.access.recall(personId, project)?.harborProjectId;
  }

  /**
   * The Harbor project's id, or null where he may not pull.
   * @throws DomainError outages of Harbor, where it never said that he may
   */
  async ask(personId: string | null, project: string): Promise<number | null> {
    const key = keyOf(personId, project);
    const known = this.access.recall(personId, project);
    const asked = this.share(key, async () => this.access.askAgain(personId, project));
    if (known === null) return asked;
    const { harborProjectId: believed, ageMs } = known;
    const answer = asked.catch(() => believed);
    const patienceMs = ageMs < OLD_MS ? PATIENCE_MS : PATIENCE_WITH_OLD_MS;
    return Promise.race([answer, sleep(patienceMs, believed, { ref: false })]);
  }

  private askBeside(personId: string | null, project: string): void {
    const key = keyOf(personId, project);
    if (this.asking.has(key)) return;
    const asked = this.share(key, async () =>
      this.beside.runExclusive(async () => this.access.askAgain(personId, project)),
    );
    // Until it can be asked, what it said last holds.
    void asked.catch(() => undefined);
  }

  private async share(key: string, ask: () => Promise<number | null>): Promise<number | null> {
    const running = this.asking.get(key);
    if (running !== undefined) return running;
    const asked = ask().finally(() => this.asking.delete(key));
    this.asking.set(key, asked);
    return asked;
  }
}

function keyOf(personId: string | null, project: string): string {
  return `${personId ?? ''} ${project}`;
}
