import { v7 as uuidv7 } from 'uuid';
import type { HarborArtifact } from '../harbor/harbor.types';
import type { Explanation, NewEntry } from './digest-history';
import type { Observation } from './observation';
import type { TagDigest } from './tag-digest.entity';
import type { TagRecord } from './tag-record.entity';
import type { Violation } from './violations/violation.entity';

/** What lookups answer of an artifact besides its digest. */
export type ArtifactFacts = Pick<TagRecord, 'kind' | 'platforms' | 'sizeBytes'>;

export function factsOf(artifact: HarborArtifact): ArtifactFacts {
  return { kind: artifact.kind, platforms: artifact.platforms, sizeBytes: artifact.sizeBytes };
}

/** Of what only the audit log told, and Harbor has no more. */
export const NO_FACTS: ArtifactFacts = { kind: 'other', platforms: [], sizeBytes: 0 };

/** Answers of lookups and lists depend on these. */
export function answersChanged(before: TagRecord, after: TagRecord): boolean {
  return (
    before.state !== after.state ||
    before.currentDigest !== after.currentDigest ||
    before.recordedDigest !== after.recordedDigest ||
    before.recordedGone !== after.recordedGone ||
    before.flaggedDigest !== after.flaggedDigest ||
    before.life !== after.life
  );
}

/** @param place of the entry in the tag's history, from 1 */
export function historyRow(
  record: TagRecord,
  entry: NewEntry,
  place: number,
  { look, source }: Pick<Observation, 'look' | 'source'>,
  times: { notBefore: Date | null; seenAt: Date },
): TagDigest {
  const artifact = look.found && look.artifact.digest === entry.digest ? look.artifact : null;
  return {
    id: uuidv7(),
    tagRecordId: record.id,
    place,
    digest: entry.digest,
    platforms: artifact?.platforms ?? [],
    looked: entry.looked,
    source,
    notBefore: times.notBefore,
    firstSeenAt: times.seenAt,
    ...explanationRow(entry.explanation),
  };
}

export function explanationRow(
  explanation: Explanation | null,
): Pick<TagDigest, 'changedAt' | 'changedBy' | 'logRow'> {
  if (explanation === null) return { changedAt: null, changedBy: null, logRow: null };
  return { ...explanation, changedBy: explanation.changedBy.slice(0, 255) };
}

/** @param move as the history has it, of the tag to where it is now */
export function violationRow(
  record: TagRecord,
  fromDigest: string,
  move: TagDigest,
  follows: string | null,
): Violation {
  const { id, project, repository, tag, recordedDigest, currentDigest } = record;
  if (recordedDigest === null || currentDigest === null) throw new Error(`${tag} may move, or is gone`);
  return {
    id: uuidv7(),
    tagRecordId: id,
    openRecordId: id,
    ...{ project, repository, tag, recordedDigest, fromDigest, toDigest: currentDigest },
    earliestAt: move.notBefore,
    latestAt: move.firstSeenAt,
    changedAt: move.changedAt,
    changedBy: move.changedBy,
    source: move.source,
    state: 'open',
    follows,
    openedAt: move.firstSeenAt,
    settledAt: null,
    settledBy: null,
    reason: null,
    acceptedNewDigest: false,
    version: 1,
  };
}
