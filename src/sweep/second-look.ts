import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { HarborClient } from '../harbor/harbor.client';
import type { Observation } from '../tag-rule/observation';
import { SweptRecords, type SweptProject, type SweptTag } from '../tag-rule/swept-records';
import { TagRecordsService } from '../tag-rule/tag-records.service';
import { isMovable } from '../tag-rule/tag-rule';
import type { ShownArtifacts } from './shown-artifacts';
import type { Pace } from './sweep-pace';
import { mostToNotice, type Noticed } from './sweep-threshold';

const READ_AT_ONCE = 50;
/** Held on to well within its lease. */
const HOLD_EVERY_MS = 10_000;

/** What differs from the records, seen and not recorded yet. */
export interface Noticing extends Noticed {
  observations: Observation[];
}

/** A second look, one by one, at the tags that a list did not show as they were. */
@Injectable()
export class SecondLook {
  constructor(
    private readonly records: SweptRecords,
    private readonly tags: TagRecordsService,
    private readonly harbor: HarborClient,
    private readonly clock: Clock,
  ) {}

  /**
   * What is as it was after all is recorded; what is not is answered. Ends early once it is too much at once.
   * @param tags how many the project has
   * @param shown what the list is trusted to have shown, by the record's id; the rest is looked at
   * @param artifacts what the list showed, so that nobody asks for a recorded artifact that it tells of
   * @throws DomainError conflict `project.gone`, `project.replaced`; outages of Harbor
   */
  async lookAt({
    swept,
    withGone,
    tags,
    shown,
    artifacts,
    pace,
    hold,
  }: {
    swept: SweptProject;
    withGone: boolean;
    tags: number;
    shown: ReadonlyMap<string, Observation | null>;
    artifacts: ShownArtifacts;
    pace: Pace;
    hold: () => Promise<void>;
  }): Promise<Noticing> {
    const noticing: Noticing = { moved: 0, vanished: 0, observations: [] };
    const most = mostToNotice(tags);
    const holdOn = atTimes(hold);
    let afterId = '';
    for (;;) {
      const candidates = await this.records.listUnswept(swept, { withGone, afterId, limit: READ_AT_ONCE });
      for (const candidate of candidates) {
        const listed = shown.get(candidate.id) ?? null;
        const isValid = listed !== null && listed.fromVersion === candidate.version;
        const seen = isValid ? listed : await this.look(candidate, swept, pace);
        const observation = withRecorded(seen, candidate, artifacts);
        if (seenDigest(observation) === candidate.currentDigest) await this.tags.record(observation);
        else notice(noticing, observation);
        if (noticing.moved + noticing.vanished >= most) return noticing;
        await holdOn();
      }
      const last = candidates.at(-1);
      if (candidates.length < READ_AT_ONCE || last === undefined) return noticing;
      afterId = last.id;
    }
  }

  /** What another look overtook is looked at anew. */
  async record({ observations }: Noticing, pace: Pace, hold: () => Promise<void>): Promise<void> {
    const holdOn = atTimes(hold);
    for (const observation of observations) {
      if ((await this.tags.record(observation)) === 'overtaken') {
        await pace.ask(async () => this.tags.check(observation.name, 'sweep'));
      }
      await holdOn();
    }
  }

  private async look(
    { repository, tag, version }: SweptTag,
    { project, harborProjectId }: SweptProject,
    pace: Pace,
  ): Promise<Observation> {
    const { beganAt, look } = await pace.ask(async () => {
      const began = this.clock.now();
      return { beganAt: began, look: await this.harbor.look(project, repository, tag) };
    });
    if (!look.found && look.absent === 'project')
      throw new DomainError('conflict', 'project.gone', { project });
    if (look.found && look.artifact.projectId !== harborProjectId) {
      throw new DomainError('conflict', 'project.replaced', { project });
    }
    const name = { project, repository, tag };
    return { name, source: 'sweep', fromVersion: version, beganAt, look, harborProjectId };
  }
}

function withRecorded(
  observation: Observation,
  { repository, recordedDigest: digest, sweptRound }: SweptTag,
  artifacts: ShownArtifacts,
): Observation {
  if (digest === null) return observation;
  const isThere = artifacts.isThere(repository, digest, sweptRound !== null);
  return isThere === null ? observation : { ...observation, recorded: { digest, isThere } };
}

function seenDigest({ look }: Observation): string | null {
  return look.found ? look.artifact.digest : null;
}

/** `latest` may move, however often: that is no reason for an alarm. */
function notice(noticing: Noticing, observation: Observation): void {
  noticing.observations.push(observation);
  if (!observation.look.found) noticing.vanished += 1;
  else if (!isMovable(observation.name.tag)) noticing.moved += 1;
}

function atTimes(hold: () => Promise<void>): () => Promise<void> {
  let heldAtMs = performance.now();
  return async () => {
    if (performance.now() - heldAtMs < HOLD_EVERY_MS) return;
    heldAtMs = performance.now();
    await hold();
  };
}
