import type { ArtifactLook } from '../harbor/harbor.types';
import type { LoggedChange } from './digest-history';

/** A tag in Harbor; `repository` without the project. */
export interface TagName {
  project: string;
  repository: string;
  tag: string;
}

/**
 * By what something was noticed: a check that somebody asked for, a webhook, Harbor's audit log, a sweep over
 * everything, or Berth itself putting a tag back.
 */
export type ObservationSource = 'check' | 'hint' | 'feed' | 'sweep' | 'restore';

/** What one look at one tag saw, whoever looked and why. */
export interface Observation {
  name: TagName;
  source: ObservationSource;
  /** Of the record when the look began; null: there was none. */
  fromVersion: number | null;
  beganAt: Date;
  look: ArtifactLook;
  /** Of the project as it was seen beside a look that found nothing; left out: Harbor is asked when it matters. */
  harborProjectId?: number;
  /** Of the recorded artifact, where it is known beside the look; left out: Harbor is asked when it matters. */
  recorded?: { digest: string; isThere: boolean };
  /** What Harbor's audit log says of the tag, by ascending row; the look began after these rows were read. */
  logged?: readonly LoggedChange[];
}

export function formatTagName({ project, repository, tag }: TagName): string {
  return `${project}/${repository}:${tag}`;
}
