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
  'request.method-not-allowed': {
    title: 'This method is not allowed here',
    detail: 'The address exists, but not for {method}. See /api/docs.',
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
  'field.time': {
    title: 'Not a time',
    detail: 'This must be a time with its zone, such as 2026-11-21T09:30:00Z.',
  },
  'field.one-of': {
    title: 'Not one of the choices',
    detail: 'This must be one of: {choices}.',
  },
  'field.platform': {
    title: 'Not a platform',
    detail: 'This must be an operating system and an architecture, such as linux/amd64.',
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
  'auth.too-many-tries': {
    title: 'Too many failed logins',
    detail:
      'There were too many failed logins with this username or from this address, so the directory was not asked and your password was not judged. Try again in {waitSeconds} seconds.',
  },
  'auth.service-token-not-found': {
    title: 'There is no such service token',
    detail: 'It may have been revoked already. GET /api/v1/admin/service-tokens lists those that live.',
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
  'account.too-many-credentials': {
    title: 'Credentials were asked for too often',
    detail:
      'You may ask for credentials {perHour} times an hour. Try again in {waitSeconds} seconds; for programs that push by themselves, use a robot instead.',
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
  'project.not-found': {
    title: 'There is no such project',
    detail:
      'It does not exist, or you may not see it. Check the name for typing errors; GET /api/v1/projects lists yours.',
  },
  'project.role-too-low': {
    title: 'Your role in the project is too low',
    detail: 'In {project} you are {role}; this needs {needed}. Ask an admin of the project.',
  },
  'project.replaced': {
    title: 'The project is not the one Berth made',
    detail:
      'Harbor’s project {project} was deleted and made again by somebody. Berth does not touch it. Ask an administrator to decide.',
  },
  'project.busy': {
    title: 'The project is being changed',
    detail: 'Another change of this project is running. Wait a few seconds, look at it, and repeat yours.',
  },
  'project.exists': {
    title: 'The project name is taken',
    detail: 'There is a project {project} already. Choose another name.',
  },
  'project.name': {
    title: 'Not a project name',
    detail:
      'A project name has 1 to 255 lower-case letters and digits, with single . _ or - between them, such as team-vision.',
  },
  'project.name-reserved': {
    title: 'This project name is reserved',
    detail:
      'Names that begin with {prefix} are personal projects, and some names are Harbor’s own. Choose another name.',
  },
  'project.making-forbidden': {
    title: 'Only administrators make projects here',
    detail:
      'Shared projects are made by the platform’s administrators. Ask one of them; your personal project is yours already.',
  },
  'project.quota-too-large': {
    title: 'This quota needs an administrator',
    detail:
      'You may make projects of up to {limitBytes} bytes. Make it with that, and ask for more with POST /api/v1/projects/{project}/quota-requests.',
  },
  'project.quota-by-admins': {
    title: 'The quota is changed by administrators',
    detail:
      'Ask for more room with POST /api/v1/projects/{project}/quota-requests; an administrator decides.',
  },
  'project.quota-not-more': {
    title: 'That is not more than the project has',
    detail:
      'The project may hold {limitBytes} bytes already. Ask for the whole size that it should have, not for what is added.',
  },
  'project.no-quota': {
    title: 'Harbor keeps no quota here',
    detail: 'Harbor has no quota for {project}: quotas are turned off there. Nothing was changed.',
  },
  'project.personal': {
    title: 'Not for a personal project',
    detail: '{project} is somebody’s personal project: it stays private, and stays as long as the account.',
  },
  'project.not-empty': {
    title: 'The project is not empty',
    detail: '{project} holds {count} repositories ({repositories}). Delete them first; nothing was deleted.',
  },
  'project.gone': {
    title: 'The project is gone from the registry',
    detail:
      'Somebody deleted {project} in Harbor. A personal project is made again with the next credentials; a shared one can be deleted here too, and made again.',
  },
  'project.unfinished': {
    title: 'The project is not made yet',
    detail:
      'Making {project} did not begin, or stopped in the middle. POST /api/v1/account/credentials goes on with a personal project, POST /api/v1/projects with a shared one.',
  },
  'project.owner-fixed': {
    title: 'The owner stays admin of his own project',
    detail:
      '{project} is the personal project of {username}, who cannot be removed from it or lowered in it.',
  },
  'project.last-admin': {
    title: 'A project keeps an admin',
    detail: '{username} is the last admin of {project}. Make somebody else admin first.',
  },
  'project.member-not-found': {
    title: 'Not a member of the project',
    detail:
      '{username} is not a member of {project}. GET /api/v1/projects/{project}/members lists its members.',
  },
  'person.not-found': {
    title: 'There is no such person',
    detail:
      'Neither Berth nor the directory knows {username}. Check the name; it is the one that people log in with.',
  },
  'project.problem.unfinished': {
    title: 'The project is not finished',
    detail: 'Making it stopped in the middle. POST /api/v1/projects with the same name goes on.',
  },
  'project.problem.gone': {
    title: 'The project is gone from the registry',
    detail: 'Somebody deleted it in Harbor, with all that it held.',
  },
  'project.problem.replaced': {
    title: 'The project is not the one Berth made',
    detail:
      'Somebody deleted it in Harbor and made another of the same name. Ask an administrator to decide.',
  },
  'project.problem.visibility-changed': {
    title: 'The visibility was changed in Harbor',
    detail: 'The project should be {wanted} and is not. PATCH it with the visibility that it should have.',
  },
  'project.problem.tag-rule-off': {
    title: 'The tag rule is off',
    detail: 'Somebody turned the rule off in Harbor, so tags other than latest can be moved there.',
  },
  'project.problem.tag-rule-changed': {
    title: 'The tag rule was changed',
    detail: 'Somebody changed the rule in Harbor, so some tags other than latest can be moved there.',
  },
  'project.problem.quota-changed': {
    title: 'The quota was changed in Harbor',
    detail:
      'The project should have {wantedBytes} bytes and has another quota. An administrator sets it again.',
  },
  'project.problem.quota-full': {
    title: 'The project is full',
    detail:
      'It holds {usedBytes} of {limitBytes} bytes; the next push is refused. Delete what is not needed, or ask for more room with a quota request.',
  },
  'project.problem.member-missing': {
    title: 'A membership differs in Harbor',
    detail:
      'These members are not there, or in another role, than Berth gave them: {count}. Set their roles again.',
  },
  'project.warning.quota-below-use': {
    title: 'The quota is smaller than what is used',
    detail:
      'The project holds {usedBytes} bytes and may hold {limitBytes} now. Nothing is deleted, but every push is refused until there is room.',
  },
  'quota-request.not-found': {
    title: 'There is no such quota request',
    detail:
      'It does not exist, or you may not see it. GET /api/v1/projects/{project}/quota-requests lists the project’s.',
  },
  'quota-request.open': {
    title: 'There is an open request already',
    detail:
      'The project asked for {quotaBytes} bytes, and nobody has decided yet. One request at a time can be open.',
  },
  'quota-request.decided': {
    title: 'The request was decided already',
    detail: 'It was {state} before. To change the quota now, an administrator sets it.',
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
  'account.note.use-robots': {
    title: 'Pipelines have robots',
    detail:
      'This password is for you alone. Give a CI job or a cluster a robot of the project instead: POST /api/v1/projects/{project}/robots.',
  },
  'account.note.old-password': {
    title: 'The old password locks you out',
    detail:
      'A CI job or a machine that still tries the old password locks your account for seconds at each try, also for the new one. Change it there, or log out there.',
  },

  // Commands to paste: the title names the step, the detail says what to know before pasting it
  'commands.login': {
    title: 'Log in',
    detail:
      'It asks for the password of your registry account, which is not the one of the platform. POST /api/v1/account/credentials gives you one.',
  },
  'commands.tag': {
    title: 'Give the image its full link',
    detail: 'demo:v1 stands for your own image and tag.',
  },
  'commands.push': {
    title: 'Push',
    detail: 'A tag keeps what was pushed first; only "latest" may be pushed again.',
  },
  'commands.pull': { title: 'Pull', detail: 'demo stands for what you want to pull.' },
  'commands.package': { title: 'Package the chart', detail: 'demo stands for the folder of your chart.' },
  'commands.key-pair': {
    title: 'Make a key pair, once',
    detail: 'Keep cosign.key secret; whoever verifies needs cosign.pub.',
  },
  'commands.sign': {
    title: 'Sign',
    detail: 'Push the image first. Signatures may be written again, also where tags may not.',
  },
  'commands.verify': { title: 'Verify', detail: 'Fails unless the image was signed with this key.' },
  'commands.robot-variables': {
    title: 'Type in a robot’s name and secret',
    detail:
      'Make a robot that pulls with POST /api/v1/projects/{project}/robots: a password of yours ends with your next reset. The second line shows nothing while you type.',
  },
  'commands.pull-secret': {
    title: 'Make the pull secret',
    detail: 'In the namespace that kubectl uses now; the secret’s text is in no argument of a process.',
  },
  'commands.use-pull-secret': {
    title: 'Let pods use it',
    detail:
      'Adds it to the service account "default" of the namespace; or name it under imagePullSecrets in a pod.',
  },
  'commands.gitlab-variables': {
    title: 'Keep a robot’s name and secret as variables',
    detail:
      'Make a robot with POST /api/v1/projects/{project}/robots. In Settings, CI/CD, Variables: HARBOR_USERNAME with "Expand variable reference" off, for it has a $ in it; HARBOR_PASSWORD masked and protected.',
  },
  'commands.github-variables': {
    title: 'Keep a robot’s name and secret as secrets',
    detail:
      'Make a robot with POST /api/v1/projects/{project}/robots. In Settings, Secrets and variables, Actions: both as repository secrets, which are masked in logs.',
  },
  'commands.pipeline': {
    title: 'The pipeline',
    detail:
      'Each run has a tag of its own, since tags do not move. demo stands for your image; the runner needs docker.',
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
