import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Semaphore } from 'async-mutex';
import { ImageAccess } from '../images/sharing/image-access';
import type { Puller, RightAsks } from '../images/sharing/run-right';

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

/** Who may pull from a project that is not his own, without a lookup waiting for Harbor each time. */
@Injectable()
export class PullRights {
  private readonly asking = new Map<string, Promise<Puller | null>>();
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

  /** As ImageAccess.asksAbout, but that a Harbor that is slow holds nobody up who could pull a while ago. */
  asksAbout(project: string): RightAsks {
    return {
      firstPuller: async (personIds) => this.firstPuller(personIds, project),
      firstLeaver: async (personIds) => this.access.firstLeaver(personIds, project),
      recall: (personId) => this.recall(personId, project),
    };
  }

  private async firstPuller(personIds: readonly (string | null)[], project: string): Promise<Puller | null> {
    const asked = this.share(personIds, project, async () => this.access.askAgain(personIds, project));
    for (const personId of personIds) {
      const known = this.access.recall(personId, project);
      if (known === null) continue;
      const believed = { personId, harborProjectId: known.harborProjectId };
      const patienceMs = known.ageMs < OLD_MS ? PATIENCE_MS : PATIENCE_WITH_OLD_MS;
      const answer = asked.catch(() => believed);
      return Promise.race([answer, sleep(patienceMs, believed, { ref: false })]);
    }
    return asked;
  }

  private askBeside(personId: string | null, project: string): void {
    if (this.asking.has(keyOf([personId], project))) return;
    const asked = this.share([personId], project, async () =>
      this.beside.runExclusive(async () => this.access.askAgain([personId], project)),
    );
    // Until it can be asked, what it said last holds.
    void asked.catch(() => undefined);
  }

  private async share(
    personIds: readonly (string | null)[],
    project: string,
    ask: () => Promise<Puller | null>,
  ): Promise<Puller | null> {
    const key = keyOf(personIds, project);
    const running = this.asking.get(key);
    if (running !== undefined) return running;
    const asked = ask().finally(() => this.asking.delete(key));
    this.asking.set(key, asked);
    return asked;
  }
}

function keyOf(personIds: readonly (string | null)[], project: string): string {
  return [project, ...personIds].join(' ');
}
