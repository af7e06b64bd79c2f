import { isOutage } from '../../common/errors';

/** By what somebody asks to run a link. */
export interface Claim {
  /** Whose job it is; null is somebody whom Berth does not know. */
  personId: string | null;
  /** Whose images of the link he sees, beside his own. */
  givers: readonly string[];
  /** He sees an image of the link, be it his own. */
  sees: boolean;
}

/** One who may pull, and from which of Harbor's projects. */
export interface Puller {
  personId: string | null;
  harborProjectId: number;
}

export interface RunRight {
  /** Of the project that holds the link; null while Harbor is away. */
  harborProjectId: number | null;
  /** By whose right: the asker's own where he may pull it himself, else that of one who shows him the image. */
  through: string | null;
}

/** How it is learned who may pull from the project of a link. */
export interface RightAsks {
  /** The first of these who may; null: none. Throws on an outage of Harbor. */
  firstPuller(personIds: readonly (string | null)[]): Promise<Puller | null>;
  /** The first of these who left, and could until then; null: none. */
  firstLeaver(personIds: readonly string[]): Promise<Puller | null>;
  /** The Harbor project's id when it was last seen that he may, however long ago; undefined: it was not. */
  recall(personId: string | null): number | undefined;
}

/**
 * The one rule of who may run a link, for import, lists, lookups and pull secrets: a person may run what he may pull,
 * and what one who may pull it shows him, for a share gives no more than its giver has. What somebody who left had
 * shared before stays. While Harbor is away what was known last holds, and what he sees stays his to run.
 * @returns null when he may not
 * @throws DomainError outages of Harbor, for what he does not see
 */
export async function askRight(claim: Claim, asks: RightAsks): Promise<RunRight | null> {
  try {
    const found =
      (await asks.firstPuller([claim.personId, ...claim.givers])) ?? (await asks.firstLeaver(claim.givers));
    return found && { harborProjectId: found.harborProjectId, through: found.personId };
  } catch (error) {
    if (!isOutage(error)) throw error;
    const known = knownRight(claim, (personId) => asks.recall(personId));
    if (known !== undefined) return known;
    if (!claim.sees) throw error;
    return { harborProjectId: null, through: claim.givers[0] ?? claim.personId };
  }
}

/** As askRight, by what is known without asking; undefined: somebody has to be asked. */
export function knownRight(
  { personId, givers }: Claim,
  known: (personId: string | null) => number | undefined,
): RunRight | undefined {
  const own = known(personId);
  if (own !== undefined) return { harborProjectId: own, through: personId };
  for (const giver of givers) {
    const held = known(giver);
    if (held !== undefined) return { harborProjectId: held, through: giver };
  }
  return undefined;
}
