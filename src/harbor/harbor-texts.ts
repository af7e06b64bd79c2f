/**
 * Where Harbor says several things with one status and code, its text tells them apart: here, and nowhere else.
 * `seen` names the exchange of the recordings (section / name) that has the text; a test holds each to all versions.
 */
const TEXTS = [
  {
    meaning: 'project-absent',
    status: 404,
    text: /^project .+ not found$/,
    seen: ['projects / get project that is absent', 'members / add member to a project that is absent'],
  },
  {
    meaning: 'repository-absent',
    status: 404,
    text: /^repository .+ not found$/,
    seen: ['artifacts / get artifact, repository absent', 'artifacts / get artifact, project absent'],
  },
  {
    meaning: 'artifact-absent',
    status: 404,
    text: /^artifact .+ not found$/,
    seen: ['artifacts / get artifact, tag absent', 'artifacts / get artifact, digest absent'],
  },
  {
    meaning: 'user-absent',
    status: 404,
    text: /^user .+ not found$/,
    seen: ['users / get user that is absent', 'members / add member that does not exist'],
  },
  {
    meaning: 'robot-absent',
    status: 404,
    text: /^robot \d+ not found$/,
    seen: ['robots / delete robot that is absent'],
  },
  {
    meaning: 'call-unknown',
    status: 404,
    text: /^path .+ was not found$/,
    seen: ['audit log / audit log ext (newer Harbor)'],
  },
  {
    meaning: 'password-identical',
    status: 400,
    text: /^New password is identical to old password$/,
    seen: ['users / reset password to the same'],
  },
  {
    meaning: 'project-not-empty',
    status: 412,
    text: /the project contains repositories, can not be deleted$/,
    seen: ['removal / delete project that holds repositories'],
  },
  {
    meaning: 'tag-immutable',
    status: 412,
    text: /^the tag .+ configured as immutable, cannot be deleted$/,
    seen: ['artifacts / delete an immutable tag', 'artifacts / delete a repository with an immutable tag'],
  },
  {
    meaning: 'push-immutable',
    status: 412,
    text: /^Failed to process request due to '.+' configured as immutable\.$/,
    seen: ['putting a tag back in one step / put it again under the rule'],
  },
  {
    meaning: 'artifact-held',
    status: 412,
    text: /^the deleting artifact is referenced by others$/,
    seen: ['kinds of artifacts / delete the child of an index'],
  },
  {
    meaning: 'read-only',
    status: 403,
    text: /^The system is in read only mode\./,
    seen: ['read-only mode / read-only: create project', 'read-only mode / read-only: reset password'],
  },
] as const;

export type Meaning = (typeof TEXTS)[number]['meaning'] | 'other';

export const HARBOR_TEXTS: readonly { meaning: Meaning; seen: readonly string[] }[] = TEXTS;

/** What a refusal of Harbor means beyond its status. */
export function meaningOf(refusal: { status: number; message: string }): Meaning {
  const row = TEXTS.find(({ status, text }) => status === refusal.status && text.test(refusal.message));
  return row?.meaning ?? 'other';
}
