/** What one sweep noticed: tags that may not move and did, and tags that are not there any more. */
export interface Noticed {
  moved: number;
  vanished: number;
}

const LEAST = 20;
const OF_A_PROJECT = 0.1;
const OF_ALL = 0.05;

/**
 * Is it so much at once that Harbor was rather restored, or our rights were lost, than that people did it? At least 20
 * tags, and more than a tenth of a project's or a twentieth of all.
 */
export function alarmReach(
  project: { noticed: Noticed; tags: number },
  all: { noticed: number; tags: number },
): 'project' | 'all' | null {
  const here = project.noticed.moved + project.noticed.vanished;
  if (here === 0) return null;
  if (here >= LEAST && here > project.tags * OF_A_PROJECT) return 'project';
  const everywhere = all.noticed + here;
  return everywhere >= LEAST && everywhere > all.tags * OF_ALL ? 'all' : null;
}

/** How much a project's sweep can notice before it is an alarm whatever else it finds. */
export function mostToNotice(tags: number): number {
  return Math.max(LEAST, Math.floor(tags * OF_A_PROJECT) + 1);
}
