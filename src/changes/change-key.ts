/** What a change is about: whatever is kept in memory about it is read again. */
export type ChangeKey = `${'link' | 'project' | 'person' | 'token'} ${string}` | 'everything';

/** The tag record or the images of one link; `name` is `project/repository:tag`, with `@digest` where it has one. */
export function aboutLink(name: string): ChangeKey {
  return `link ${name}`;
}

/** A project as a whole: its owner, visibility, members, policies, or so many of its links that none is named. */
export function aboutProject(project: string): ChangeKey {
  return `project ${project}`;
}

/** What one person may see: his groups, username, account or departure. */
export function aboutPerson(personId: string): ChangeKey {
  return `person ${personId}`;
}

export function aboutServiceToken(tokenId: string): ChangeKey {
  return `token ${tokenId}`;
}

/** Everything that is kept. For what changes once in a while and concerns more than can be named. */
export const EVERYTHING = 'everything' satisfies ChangeKey;

export function isChangeKey(subject: string): subject is ChangeKey {
  return subject === EVERYTHING || /^(link|project|person|token) ./.test(subject);
}
