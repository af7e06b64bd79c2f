import type { HarborArtifact } from '../harbor/harbor.types';
import type { ObservationSource } from './observation';
import { factsOf, NO_FACTS, type ArtifactFacts } from './record-rows';
import type { Settlement } from './record-writer';
import type { TagRecord } from './tag-record.entity';
import { digestToRecord, isMovable, judge } from './tag-rule';
import type { ViolationStep } from './violations/violation-life';

/** A tag that may not move answers with what it was recorded with, another with what is there. */
export function factsToAnswer(
  recordedDigest: string | null,
  recorded: HarborArtifact | null,
  current: HarborArtifact | null,
): ArtifactFacts {
  const answer = recordedDigest === null ? (current ?? recorded) : recorded;
  return answer === null ? NO_FACTS : factsOf(answer);
}

/** What was pushed after a deletion through Berth owes nothing to what was there before. */
export function startAfresh(before: TagRecord, artifact: HarborArtifact, beganAt: Date): TagRecord {
  return {
    ...before,
    recordedDigest: digestToRecord(before.tag, artifact.digest),
    recordedPushedAt: artifact.pushedAt,
    flaggedDigest: null,
    retiredAt: null,
    firstSeenAt: beganAt,
    life: before.life + 1,
  };
}

/** Deleted through Berth. @param isNewer another digest was pushed already after the deletion */
export function retired(before: TagRecord, isNewer: boolean, now: Date): TagRecord {
  const { version, goneSince } = before;
  const after = { ...before, retiredAt: now, flaggedDigest: null, version: version + 1 };
  return isNewer ? after : { ...after, currentDigest: null, state: 'gone', goneSince: goneSince ?? now };
}

/** The digest that an admin accepted is the recorded one from now on. */
export function accept(before: TagRecord, artifact: HarborArtifact): TagRecord {
  return {
    ...before,
    recordedDigest: artifact.digest,
    recordedPushedAt: artifact.pushedAt,
    state: judge(artifact.digest, before.currentDigest),
    recordedGone: false,
    flaggedDigest: null,
    ...factsOf(artifact),
    life: before.life + 1,
  };
}

/** How the open violation ends by what was seen; null leaves it. */
export function settlementOf(step: ViolationStep, source: ObservationSource): Settlement | null {
  if (step === 'none') return null;
  if (step === 'flag') return { state: 'ended', settledBy: null };
  return { state: 'restored', settledBy: source === 'restore' ? 'berth' : null };
}

/** So often it is written that a tag that may move is where it was, however often it is looked at. */
const WRITTEN_AGAIN_MS = 2_000;

/**
 * Did a look at a tag that may move find what was written just now? Then it need not be written again: the time of the
 * check in the database is older than it could be, which is true, and no look has to wait for the database.
 */
export function isWrittenLately(before: TagRecord, artifact: HarborArtifact | null, beganAt: Date): boolean {
  if (!isMovable(before.tag) || before.state !== 'current' || before.retiredAt !== null) return false;
  if (artifact?.digest !== before.currentDigest || artifact.projectId !== before.harborProjectId)
    return false;
  // Of another machine's clock it may be later.
  return Math.abs(beganAt.getTime() - before.checkedAt.getTime()) < WRITTEN_AGAIN_MS;
}
