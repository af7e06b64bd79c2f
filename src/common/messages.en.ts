/**
 * Every text a person can be answered with, by its stable code. `{name}` is filled from the error's params.
 * A detail says what happened, why, and what to do next. The Chinese twin is `messages.zh.ts`.
 */
export const messagesEn = {
  // Requests
  'request.malformed': {
    title: 'The request could not be read',
    detail: '{reason} Correct the request and send it again.',
  },
  'request.unknown-field': {
    title: 'Unknown field or parameter',
    detail: '{names} is not known here. Remove it, or check its spelling in /api/docs.',
  },
  'request.invalid': {
    title: 'Some fields are not valid',
    detail: 'See "errors" for each field and what it must be. Nothing was changed.',
  },
  'request.too-large': {
    title: 'The request is too large',
    detail: 'A request may have at most {limitBytes} bytes. Send less at once.',
  },
  'request.not-json': {
    title: 'The body is not valid JSON',
    detail:
      'The body was sent as JSON but cannot be read as such. Check quotes, commas and brackets, and send it again.',
  },
  'request.media-type': {
    title: 'The body is not JSON',
    detail: 'Send the body as JSON, with the header "Content-Type: application/json".',
  },
  'request.not-found': {
    title: 'Nothing is here',
    detail: 'There is no such address, or you may not see what is there. The addresses are in /api/docs.',
  },
  'request.stale': {
    title: 'It was changed meanwhile',
    detail: 'Somebody changed it after you read it. Read it again, look at the change, and repeat yours.',
  },
  'request.failed': {
    title: 'Something went wrong in Berth',
    detail:
      'This is a fault of the service, not of your request. Try again; if it stays, give your administrator the request id.',
  },
  'field.invalid': { title: 'Not valid', detail: '{reason}' },
  'field.whole-number': {
    title: 'Not a whole number in range',
    detail: 'This must be a whole number from {min} to {max}.',
  },
  'field.text': {
    title: 'Not text of the right length',
    detail: 'This must be text of {min} to {max} characters.',
  },
  'field.flag': {
    title: 'Neither true nor false',
    detail: 'This must be true or false.',
  },
  'field.one-of': {
    title: 'Not one of the choices',
    detail: 'This must be one of: {choices}.',
  },
  'field.platform': {
    title: 'Not a platform',
    detail: 'This must be an operating system and an architecture, such as linux/amd64.',
  },
  'field.visible-text': {
    title: 'Not plain text',
    detail: 'This must be one line of text without control characters.',
  },
  'field.unknown': { title: 'Not known', detail: 'There is no field "{name}" here.' },

  // Login, tokens, rights
  'auth.login-failed': {
    title: 'Wrong username or password',
    detail:
      'The directory does not accept this username and password. Check both, and that caps lock is off.',
  },
  'auth.token-missing': {
    title: 'You are not logged in',
    detail:
      'Send an access token or a service token as "Authorization: Bearer …". People get theirs from POST /api/v1/auth/login.',
  },
  'auth.token-invalid': {
    title: 'The token is not valid any more',
    detail: 'The token has ended, was revoked, or is not one of ours. Refresh it, or log in again.',
  },
  'auth.refresh-invalid': {
    title: 'The session cannot be refreshed',
    detail: 'The refresh token was used before, has ended or was revoked. Log in again.',
  },
  'auth.forbidden': {
    title: 'You may not do this',
    detail: 'This needs the role {role}. Ask an administrator of the platform if you should have it.',
  },
  'auth.act-for-forbidden': {
    title: 'Acting for a person is not allowed here',
    detail:
      'Only the platform’s service token may send X-Berth-Act-For, once, and only for a person of the directory who is not offboarded.',
  },
  'auth.identity-conflict': {
    title: 'This username belongs to another person’s account',
    detail:
      'The directory now gives the username {username} to another entry than the one that Berth knows. An administrator has to decide whose it is.',
  },

  // The directory
  'directory.unavailable': {
    title: 'The directory cannot be reached',
    detail:
      'Logging in needs the directory (LDAP), and it does not answer now. Your password was not judged. Try again in a minute.',
  },

  // Harbor
  'harbor.unavailable': {
    title: 'The registry cannot be reached',
    detail: 'Harbor does not answer now. Nothing was lost; try again in a minute.',
  },
  'harbor.timeout': {
    title: 'The registry is too slow',
    detail: 'Harbor did not answer in time. Nothing was lost; try again in a minute.',
  },
  'harbor.rejected': {
    title: 'The registry gave no usable answer',
    detail:
      'Harbor refused Berth’s own request, or answered what is no answer of Harbor. An administrator finds the reason with "npm run doctor".',
  },
  'harbor.read-only': {
    title: 'The registry is read-only now',
    detail:
      'An administrator of Harbor has turned on its read-only mode. Pulling works; try again when it is off.',
  },
  'harbor.unauthorized': {
    title: 'The registry does not accept Berth’s service account',
    detail:
      'Harbor refused the service account’s credentials. This also happens while Harbor’s database is away. If it lasts, an administrator runs "npm run doctor".',
  },
  'harbor.changed': {
    title: 'The registry changed meanwhile',
    detail:
      'What this was about to change in Harbor was removed by somebody at the same moment. Look at it again, and repeat it if you still want it.',
  },

  'database.unavailable': {
    title: 'Berth’s database cannot be reached',
    detail: 'Nothing was changed. Try again in a minute.',
  },

  // Accounts
  'account.credentials-exist': {
    title: 'You have credentials already',
    detail:
      'A password was shown on {issuedAt} and cannot be shown again. Send {"reset": true} for a new one; the old one ends at once.',
  },
  'account.busy': {
    title: 'Your account is being worked on',
    detail:
      'Another request for credentials is running. Wait a few seconds, then look at GET /api/v1/account.',
  },
  'account.name-in-use': {
    title: 'The name belongs to another account',
    detail:
      'The project {project} belongs to another person’s account in Berth, perhaps of somebody who had this username before. Ask an administrator to decide.',
  },
  'account.name-not-owned': {
    title: 'The name is taken in the registry',
    detail:
      'Harbor has a user {harborUsername} that Berth did not make, so it is not touched. Ask an administrator to rename or remove that user, or to give you its account.',
  },
  'project.name-not-owned': {
    title: 'The project name is taken in the registry',
    detail:
      'Harbor has a project {project} that Berth did not make, so it is not touched. Ask an administrator to remove it, or to give it to you.',
  },
  'project.replaced': {
    title: 'The project is not the one Berth made',
    detail:
      'Harbor’s project {project} was deleted and made again by somebody. Berth does not touch it. Ask an administrator to decide.',
  },
  'account.replaced': {
    title: 'The Harbor user is not the one Berth made',
    detail:
      'Harbor’s user {harborUsername} was deleted and made again by somebody. Berth does not touch it. Ask an administrator to decide.',
  },
  'account.problem.registry-unreachable': {
    title: 'The registry cannot be reached',
    detail: 'Harbor does not answer now, so the quota is not known. Try again in a minute.',
  },
  'account.problem.unfinished': {
    title: 'Your account is not finished',
    detail: 'Making it stopped in the middle. POST /api/v1/account/credentials goes on where it stopped.',
  },
  'account.problem.credentials-unknown': {
    title: 'Nobody knows which password works',
    detail:
      'A reset stopped in the middle. POST /api/v1/account/credentials with {"reset": true} gives you a new one.',
  },

  // Links
  'link.too-long': { title: 'The link is too long', detail: 'A link has at most {max} characters.' },
  'link.empty': { title: 'The link is empty', detail: 'Give the full link, such as {example}.' },
  'link.scheme': {
    title: 'A link has no https://',
    detail: 'Leave out "{scheme}": a full link looks like {example}.',
  },
  'link.characters': {
    title: 'The link has characters that no image link has',
    detail:
      'The character {character} at position {position} cannot be in a link. A full link looks like {example}.',
  },
  'link.host-missing': {
    title: 'The link has no registry',
    detail: 'A full link begins with our registry: {example}.',
  },
  'link.host-other': {
    title: 'The link is of another registry',
    detail: 'Only images of {address} can be used here. Push it there first: docker tag, then docker push.',
  },
  'link.repository-missing': {
    title: 'The link has no repository',
    detail: 'A full link is registry/project/repository:tag, such as {example}.',
  },
  'link.upper-case': {
    title: 'Project and repository are in lower case',
    detail:
      '"{part}" has upper-case letters; registries accept only lower case there. Tags may have upper case.',
  },
  'link.path': {
    title: 'Project or repository is not valid',
    detail:
      '"{part}" is not a valid name: lower-case letters and digits, with single . _ or - (or __) between them.',
  },
  'link.path-too-long': {
    title: 'Project and repository are too long',
    detail: 'Together they have at most {max} characters.',
  },
  'link.tag': {
    title: 'The tag is not valid',
    detail:
      '"{tag}" is not a valid tag: at most 128 letters, digits, _ . or -, and it begins with a letter, a digit or _.',
  },
  'link.digest': {
    title: 'The digest is not valid',
    detail: 'A digest is sha256: and 64 characters of 0-9 and a-f.',
  },
  'link.tag-or-digest-missing': {
    title: 'The link names no tag',
    detail: 'Say which tag is meant: {example}.',
  },
  'link.signature-tag': {
    title: 'This is a signature, not an image',
    detail: 'The tag {tag} holds a signature or an attestation of an image. Use the tag of the image itself.',
  },

  // Images
  'image.not-found': {
    title: 'There is no such image',
    detail:
      'It does not exist, or you may not see it. If you pushed it just now, check project, repository and tag for typing errors.',
  },
  'image.already-imported': {
    title: 'You imported this image already',
    detail: '{link} is in your catalog as {imageId}. Change its description or task type there.',
  },
  'image.task-type-unknown': {
    title: 'There is no such task type',
    detail: '"{taskType}" is not one of: {taskTypes}.',
  },
  'image.digest-mismatch': {
    title: 'Tag and digest do not agree',
    detail: 'The tag {tag} has the digest {actual} now, not {given}. Leave out one of them, or correct it.',
  },
  'image.tag-moved': {
    title: 'The tag was moved',
    detail:
      '{tag} was first seen as {recordedDigest} and is {currentDigest} now. Only "latest" may move: push the new image under a new tag and import that.',
  },
  'tag.recorded-gone': {
    title: 'The image is gone from the registry',
    detail:
      '{link} had the digest {recordedDigest}, which is not in the registry any more. Push it again under a new tag.',
  },
  'lookup.for-required': {
    title: 'Whom is the image for?',
    detail: 'A scheduler names the person with "for=<username>".',
  },
  'lookup.for-forbidden': {
    title: 'You can only ask for yourself',
    detail: 'Leave out "for", or give your own username.',
  },
  'lookup.not-fresh': {
    title: 'The registry cannot be asked now',
    detail:
      'What Berth knows of {link} is {ageMs} ms old, which is too old for this question. Try again in a minute.',
  },
  'lookup.warning.tag-moved': {
    title: 'The tag was moved in the registry',
    detail:
      '{tag} is {currentDigest} in the registry now. Jobs keep getting {recordedDigest}, which it was first seen with.',
  },
  'lookup.warning.tag-gone': {
    title: 'The tag is gone from the registry',
    detail: '{tag} is not in the registry any more. Its image is still there, so jobs keep getting it.',
  },
  'lookup.warning.platform-missing': {
    title: 'The image has no such platform',
    detail: 'The image has {platforms}, not {platform}. A job there fails to start.',
  },
} as const satisfies Record<string, MessageText>;

/** `title` names the problem, `detail` tells the person what to do. */
export interface MessageText {
  title: string;
  detail: string;
}

export type MessageCode = keyof typeof messagesEn;
export type MessageParams = Readonly<Record<string, string | number>>;
