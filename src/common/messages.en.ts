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
  'request.busy': {
    title: 'Too much is asked for at once',
    detail:
      'Too many requests of this kind are waiting already, so nothing was done. Try again in {waitSeconds} seconds.',
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
  'field.password': {
    title: 'The password is missing',
    detail:
      'The password is missing: send the one that you log in to the platform with, as text in "password".',
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
    detail:
      'This needs the role {role}. Ask an administrator of the platform if you should have it. A platform’s own token has none: it names the person with X-Berth-Act-For.',
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
  'auth.offboarded': {
    title: 'Your access was ended',
    detail:
      'An administrator ended the access of {username}. What you pushed is kept. Ask an administrator if this is a mistake.',
  },
  'auth.too-many-tries': {
    title: 'Too many failed logins',
    detail:
      'There were too many failed logins with this username or from this address, so the directory was not asked and your password was not judged. Try again in {waitSeconds} seconds.',
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
  'account.credentials-interrupted': {
    title: 'The reset stopped in the middle',
    detail:
      'The registry did not say whether it has the new password, so the old one may not work any more. Reset again in a minute; images and members are untouched.',
  },
  'service-token.name-taken': {
    title: 'A service token has this name',
    detail:
      'There is a service token “{name}” already. Choose another name, such as one with the date, and revoke the old one when nobody uses it any more.',
  },
  'account.busy': {
    title: 'Your account is being worked on',
    detail:
      'Another request for credentials is running. Wait a few seconds, then look at GET /api/v1/account.',
  },
  'person.offboarded': {
    title: 'This person has left',
    detail: 'The access of {username} was ended. Restore it first, or choose somebody else.',
  },
  'person.offboarding-notice': {
    title: 'What ends later',
    detail:
      'The password, the memberships, the robots and foreign webhooks of the personal project, and the sessions here end at once. Sessions of the registry’s own website and registry tokens that were given out before end within the hour. Images stay.',
  },
  'person.no-conflict': {
    title: 'There is nothing to decide',
    detail:
      'The directory has no other entry with the username {username} than the one that is known here, or not the one that you named. Read the person again.',
  },
  'person.entry-exists': {
    title: 'These are two entries',
    detail:
      'The directory still has the entry of {username} that is known here, or the new entry is known as another person: one cannot be the other. Decide "separate".',
  },
  'account.never-adopted': {
    title: 'This user of the registry is never adopted',
    detail:
      '{harborUsername} administers the registry, or is the account with which Berth works. Choose another user, or take its rights away first.',
  },
  'account.user-not-found': {
    title: 'The registry has no such user',
    detail:
      'The registry has no user {harborUsername}. Check the spelling: upper and lower case count. Without a user to adopt, the person simply asks for credentials.',
  },
  'account.owned': {
    title: 'This user of the registry belongs to another person',
    detail: 'The user {harborUsername} of the registry is the account of {owner}, and stays so.',
  },
  'account.has-user': {
    title: 'The person has another account already',
    detail:
      'The account of {username} is the user {harborUsername} of the registry. A person has one account; remove that user first.',
  },
  'project.owned': {
    title: 'This project belongs to somebody already',
    detail: 'The project {project} is kept here already, for {owner}, and stays so.',
  },
  'project.owner-has-one': {
    title: 'The person has a personal project already',
    detail:
      'The personal project of {owner} is {project}, and a person has one. Adopt this project without an owner, as a shared one, and make the person a member.',
  },
  'image.owner-offboarded': {
    title: 'The owner of this image has left',
    detail:
      'The image is in the private project {project}, whose owner has left. It is kept, but new jobs do not run it. Ask an administrator to move it to a shared project.',
  },
  'lookup.warning.owner-offboarded': {
    title: 'The owner of this image has left',
    detail: 'The image is in {project}, whose owner has left. It still runs; look for another one in time.',
  },
  'account.name-in-use': {
    title: 'The name belongs to another account',
    detail:
      'The project {project} belongs to another person’s account in Berth, perhaps of somebody who had this username before. Ask an administrator to decide.',
  },
  'account.name-not-owned': {
    title: 'The name is taken in the registry',
    detail:
      'Harbor has a user {harborUsername} that Berth did not make, so it is not touched. Ask an administrator to rename or remove that user, or to give you its account: POST /api/v1/admin/persons/<username>/adopt.',
  },
  'project.name-not-owned': {
    title: 'The project name is taken in the registry',
    detail:
      'Harbor has a project {project} that Berth did not make, so it is not touched. Ask an administrator to remove it, or to give it to you: POST /api/v1/admin/projects/{project}/adopt.',
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
  'project.rule-in-the-way': {
    title: 'Another rule protects this tag',
    detail:
      'In the project {project} stands a tag immutability rule that Berth did not make, and it protects this tag too. Berth touches no rule of others. Delete or disable it in Harbor (project, Policy, Tag Immutability), and repeat.',
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
  'sweep.alarm': {
    title: 'Too much changed at once',
    detail:
      'Of {tags} tags of {project}, {vanished} are gone and {moved} moved since the last look, and nothing of it was recorded: Harbor was perhaps restored from a backup, or Berth’s service account lost rights. Look at Harbor first. If it is right as it is now, POST /admin/sweeps with the project and "force": true; if it is not and is put right, the alarm ends by itself.',
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
  'robot.not-found': {
    title: 'There is no such robot',
    detail:
      '{project} has no robot with this id. GET /api/v1/projects/{project}/robots lists those there are.',
  },
  'robot.name': {
    title: 'Not a name for a robot',
    detail:
      'This must be 1 to {max} lower-case letters and digits, with single . _ or - between them, such as ci.',
  },
  'robot.end': {
    title: 'Not a time at which a robot can end',
    detail: 'This must lie ahead, and at most {maxDays} days.',
  },
  'robot.exists': {
    title: 'The project has a robot of this name',
    detail: '{project} has a robot {name} already. Rotate it to get a new secret, or delete it first.',
  },
  'robot.name-taken': {
    title: 'Somebody else’s robot has this name',
    detail:
      'Harbor has a robot {name} in {project} that Berth did not make, and leaves alone. Choose another name, or delete it in Harbor.',
  },
  'robot.ending': {
    title: 'The robot was replaced already',
    detail: '{name} was rotated or deleted, and ends by itself. Rotate the newer robot of this name.',
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
  'project.problem.tag-rule-missing': {
    title: 'The tag rule is gone',
    detail:
      'Somebody deleted the rule in Harbor, so tags other than latest can be moved there. Berth makes it again unless the configuration says otherwise.',
  },
  'project.problem.webhook-missing': {
    title: 'The webhook is gone',
    detail:
      'Somebody deleted Berth’s webhook in Harbor, so Berth learns of pushes later. Berth makes it again unless the configuration says otherwise.',
  },
  'project.problem.webhook-off': {
    title: 'The webhook is off',
    detail:
      'Somebody turned Berth’s webhook off in Harbor, so Berth learns of pushes later. Berth makes it again unless the configuration says otherwise.',
  },
  'project.problem.webhook-changed': {
    title: 'The webhook was changed',
    detail:
      'Address, events or Authorization of Berth’s webhook in Harbor are not as they should be, so Berth may learn of pushes later. Berth makes it again unless the configuration says otherwise.',
  },
  'project.problem.membership-missing': {
    title: 'A member is missing in Harbor',
    detail:
      '{username} should be {wanted} and is no member there. Berth adds him again unless the configuration says otherwise; else set the role again.',
  },
  'project.problem.membership-changed': {
    title: 'A role was changed in Harbor',
    detail:
      '{username} should be {wanted} and is {role} there. Berth sets it back unless the configuration says otherwise; to keep it, set that role through Berth.',
  },
  'project.problem.membership-left': {
    title: 'A member is still there',
    detail:
      '{username} was removed in Berth and is still a member in Harbor. Berth finishes that unless the configuration says otherwise; else remove him again.',
  },
  'project.problem.foreign-admin': {
    title: 'A project admin whom Berth does not know',
    detail:
      '{name} was made an admin of the project in Harbor, and can change all that it holds. Berth leaves that alone: remove him in Harbor, or make him a member through Berth.',
  },
  'project.problem.user-gone': {
    title: 'A Harbor user is gone',
    detail:
      'Harbor’s user of {username} was deleted there, and the membership with it. New credentials (POST /api/v1/account/credentials with {"reset": true}) make the user again.',
  },
  'project.problem.user-replaced': {
    title: 'A Harbor user is not the one Berth made',
    detail:
      'Harbor’s user of {username} was deleted and made again by somebody. Berth does not touch it. Ask an administrator to decide.',
  },
  'project.problem.robot-expiring': {
    title: 'A robot ends soon',
    detail:
      'The robot {name} ends at {expiresAt}; what uses it can no longer log in then. Rotate it and store the new secret: POST /api/v1/projects/{project}/robots/{id}/rotate.',
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
    detail:
      'Making it stopped in the middle. POST /api/v1/account/credentials goes on where it stopped, or says what stands in the way.',
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

  // Diagnose: the title says what is wrong, the detail what to do
  'diagnose.no-account': {
    title: 'You have no account in the registry yet',
    detail:
      'POST /api/v1/account/credentials makes your account and your project {project}, and shows a password once. Then log in as {username}.',
  },
  'diagnose.no-password': {
    title: 'You never got a password for the registry',
    detail:
      'The password of the platform does not work there. POST /api/v1/account/credentials shows you one.',
  },
  'diagnose.password-issued': {
    title: 'The password that works was shown on {issuedAt}',
    detail:
      'Log in with it as {username}; any older one ended then, and the password of the platform does not work there. If it is lost, POST /api/v1/account/credentials with {"reset": true} gives you a new one.',
  },
  'diagnose.password-lock': {
    title: 'A wrong password locks your account for 1.5 seconds',
    detail:
      'Meanwhile the right one is refused too. Wait and try once more. If it goes on, something else tries an old password again and again, such as a CI job or another machine: log out there, and give CI a robot of the project.',
  },
  'diagnose.address-scheme': {
    title: 'The registry’s address has no {scheme}',
    detail: 'Log in with the bare address: docker login {address}.',
  },
  'diagnose.address-port': {
    title: 'The port is not the registry’s',
    detail: 'You gave {given}; the registry is {address}. Use exactly that, in login, tag and push alike.',
  },
  'diagnose.address-other': {
    title: 'This is the address of another server',
    detail: 'The registry is {address}: docker login {address}.',
  },
  'diagnose.push-by-digest': {
    title: 'A digest cannot be pushed',
    detail: 'It follows from the content. Push a tag, such as {example}; the client prints its digest.',
  },
  'diagnose.registry-down': {
    title: 'The registry does not answer now',
    detail:
      'Your client meets the same. Nothing about project, role, quota and tags could be checked. Try again in a minute.',
  },
  'diagnose.not-checked': {
    title: 'Berth could not ask the registry',
    detail:
      'The registry gave Berth no usable answer, so project, role, quota and tags were not checked. If this stays, tell your administrator.',
  },
  'diagnose.project-absent': {
    title: 'There is no project {project} that you may see',
    detail:
      'Pushing makes no project. Check the name for typing errors; your own project is {own}. In another’s project, ask its admin to make you a member.',
  },
  'diagnose.pull-project-absent': {
    title: 'There is no project {project} that you may see',
    detail:
      'Check the name for typing errors; your own project is {own}. To pull from another’s private project, ask its admin to make you a member: an image that is only shared with you runs in your jobs, but your own client cannot pull it.',
  },
  'diagnose.public-project': {
    title: 'The project {project} is public',
    detail: 'Pulling from it needs no login; pushing does.',
  },
  'diagnose.quota-full': {
    title: 'The project {project} is full: {used} of {limit}',
    detail:
      'Delete images that you do not need, or ask for more with POST /api/v1/projects/{project}/quota-requests.',
  },
  'diagnose.quota-nearly-full': {
    title: 'The project {project} is nearly full: {used} of {limit}',
    detail:
      '{left} are left: a larger image is refused, at the end of its push. Delete images that you do not need, or ask for more with POST /api/v1/projects/{project}/quota-requests.',
  },
  'diagnose.tag-exists': {
    title: 'The tag {tag} exists already and may not move',
    detail: 'The registry refuses it, also for the same content. Push a new tag, or use latest.',
  },
  'diagnose.tag-would-move': {
    title: 'The tag {tag} exists already, and pushing would move it',
    detail:
      'Only "latest" may move. The registry does not hold this tag now, but jobs keep getting the image that it had first. Push a new tag, or use latest.',
  },
  'diagnose.repository-absent': {
    title: 'There is no repository {repository} in {project}',
    detail: 'Nothing was pushed under this name. Check it for typing errors, or push it first.',
  },
  'diagnose.repositories-like-it': {
    title: 'There is in this project: {names}',
    detail: 'Perhaps one of these is meant.',
  },
  'diagnose.tag-absent': {
    title: 'There is no tag {tag} in {repository}',
    detail:
      'Check it for typing errors; upper and lower case differ. A client that is given no tag asks for latest.',
  },
  'diagnose.digest-absent': {
    title: 'There is no image with this digest in {repository}',
    detail: 'It was deleted, or is in another repository. Pull a tag instead.',
  },
  'diagnose.tags-like-it': { title: 'There are the tags: {names}', detail: 'Perhaps one of these is meant.' },
  'diagnose.platforms': {
    title: 'The image has {platforms}',
    detail: 'Pull on such a machine, or have it built for yours: docker buildx build --platform.',
  },
  'client.tag-immutable': {
    title: 'The registry says that the tag exists and may not move',
    detail: 'Also for the same content. Push a new tag, or use latest.',
  },
  'client.policy': {
    title: 'A policy of the project forbids pulling this image',
    detail:
      'It has too severe vulnerabilities, was not scanned yet, or is not signed. Push a repaired image under a new tag, or ask an admin of the project.',
  },
  'client.quota-exceeded': {
    title: 'The registry says that the project is full',
    detail:
      'Delete images that you do not need, or ask for more with POST /api/v1/projects/{project}/quota-requests.',
  },
  'client.read-only': {
    title: 'The registry was read-only',
    detail:
      'An administrator of Harbor had turned on its read-only mode. Pulling works; push again when it is off.',
  },
  'client.too-large': {
    title: 'A proxy refuses layers of this size',
    detail:
      'Not the registry: a proxy on the way limits what may be uploaded at once (413). Give this message to your administrator (client_max_body_size 0 in nginx). Until then, split the layer into several RUN lines.',
  },
  'client.plain-http': {
    title: 'The client speaks HTTPS, the server HTTP',
    detail:
      'Check address and port: the registry is {address}. If it really has no HTTPS, the client must be told: "insecure-registries" in docker’s daemon.json, --tls-verify=false for podman and skopeo, --plain-http for helm.',
  },
  'client.https-expected': {
    title: 'The client speaks HTTP, the server HTTPS',
    detail:
      'Take {address} out of the client’s insecure registries, and leave out --plain-http; check the port.',
  },
  'client.certificate-authority': {
    title: 'The client does not know who signed the registry’s certificate',
    detail:
      'Ask your administrator for the authority’s certificate. Docker wants it as /etc/docker/certs.d/{address}/ca.crt, podman and skopeo under /etc/containers/certs.d, containerd and helm among the system’s. Then try again.',
  },
  'client.certificate-name': {
    title: 'The certificate is for another name',
    detail:
      'Use the registry’s exact address, {address}, not an IP address or another name of it. If you did, tell your administrator.',
  },
  'client.certificate-time': {
    title: 'The certificate has expired, or the clock is wrong',
    detail:
      'Check date and time of the machine; if they are right, tell your administrator that the registry’s certificate has ended.',
  },
  'client.proxy': {
    title: 'A proxy stands between the client and the registry',
    detail:
      'Leave the registry out of it: add {address}, without the port, to NO_PROXY of the client; for docker, of its daemon.',
  },
  'client.host-unknown': {
    title: 'The machine cannot find the registry’s name',
    detail:
      'Check the address for typing errors: it is {address}. If it is right, this machine’s DNS does not know it: connect the VPN, or ask your administrator.',
  },
  'client.connection-refused': {
    title: 'Nothing listens at that address and port',
    detail:
      'Check both: the registry is {address}. If they are right, it is down or a firewall is in between; try again, then tell your administrator.',
  },
  'client.timeout': {
    title: 'The registry could not be reached in time',
    detail:
      'Check that {address} can be reached from this machine (network, VPN, firewall, proxy), and try again.',
  },
  'client.rate-limited': {
    title: 'Docker Hub limits how often you may pull',
    detail:
      'That is not our registry. Wait, or log in at Docker Hub; better, keep the base image in {project} and build from there.',
  },
  'client.docker-hub': {
    title: 'The client went to Docker Hub, not to our registry',
    detail:
      'A link without a registry in front means Docker Hub. Give the image its full link first: docker tag demo:v1 {address}/{project}/demo:v1, and push that.',
  },
  'client.platform': {
    title: 'The image was not built for this machine',
    detail:
      'It has no variant for this processor, such as arm64. Build one: docker buildx build --platform linux/amd64,linux/arm64; or pull with --platform on a machine that can run it.',
  },
  'client.upper-case': {
    title: 'The link has upper-case letters',
    detail: 'Project and repository are in lower case; only the tag may have upper case.',
  },
  'client.invalid-reference': {
    title: 'The client cannot read the link',
    detail:
      'A full link looks like {address}/{project}/demo:v1: no https://, no spaces, no empty parts. In scripts, look for a variable that is empty.',
  },
  'client.image-not-local': {
    title: 'There is no such image on this machine',
    detail:
      'Give it its full link first: docker tag demo:v1 {address}/{project}/demo:v1. docker images lists what is there. In CI, build and push in one job.',
  },
  'client.no-engine': {
    title: 'The container engine does not run, or you may not use it',
    detail:
      'Start docker, or have yourself added to the group "docker" and log in again. The registry was not asked.',
  },
  'client.no-terminal': {
    title: 'The client cannot ask for the password here',
    detail:
      'There is no terminal. Send it by standard input: printf \'%s\' "$HARBOR_PASSWORD" | docker login {address} --username {username} --password-stdin. In CI, use a robot of the project.',
  },
  'client.credential-helper': {
    title: 'The client cannot use its store of passwords',
    detail:
      'Docker’s config.json names a helper ("credsStore") that is not installed here or not unlocked. Install or unlock it, or remove that line and log in again.',
  },
  'client.disk-full': {
    title: 'The disk is full',
    detail:
      'Of the machine that pulls or builds. Make room there: docker system prune. If the registry’s own disk is meant, tell your administrator.',
  },
  'client.upload-lost': {
    title: 'The registry lost an upload on the way',
    detail:
      'Push again. If it stays, tell your administrator: several registries without a common storage, or a proxy that changes https to http.',
  },
  'client.pull-secret-absent': {
    title: 'The pod names a pull secret that is not there',
    detail:
      'Secrets belong to one namespace: make it in the pod’s. GET /api/v1/projects/{project}/commands?client=kubectl has the lines.',
  },
  'client.project-unknown': {
    title: 'The registry knows no such project',
    detail: 'Check the name for typing errors; your own project is {project}. A push does not make one.',
  },
  'client.repository-unknown': {
    title: 'The registry knows no such repository',
    detail:
      'Nothing was pushed under this name, or you may not see it. Check the link for typing errors: {address}/project/repository:tag.',
  },
  'client.manifest-unknown': {
    title: 'The registry knows no such tag or digest',
    detail:
      'Check it for typing errors; upper and lower case differ. Ask again here with the link, and you are told which tags there are.',
  },
  'client.not-logged-in': {
    title: 'The client is not logged in',
    detail:
      'Log in to exactly {address} as {username}. With sudo or in another shell it is another login; so is CI, which gets a robot of the project.',
  },
  'client.no-permission': {
    title: 'The login is right, but it may not do this there',
    detail:
      'Check whose project the link names, and as whom the client is logged in: you are {username}. Pushing needs the role developer; a robot needs the right to push.',
  },
  'client.unauthorized': {
    title: 'The registry did not accept the login',
    detail:
      'Wrong password, no login, or a project that is not there: it says the same to all three. Log in to {address} as {username} with the registry’s password, not the platform’s.',
  },
  'client.denied': {
    title: 'The registry refused access',
    detail:
      'The client is not logged in there, your role is too low, or the project is not there. Check that the link begins with {address}, then log in to it as {username}.',
  },
  'client.pull-secret': {
    title: 'The cluster has no right to pull it',
    detail:
      'Your own login does not reach the cluster. Make a robot that pulls, and a pull secret in the pod’s namespace: GET /api/v1/projects/{project}/commands?client=kubectl has the lines. A robot’s name has a $ in it: quote it.',
  },
  'client.push-restarts': {
    title: 'The push reaches its end and starts again',
    detail:
      'A proxy on the way cuts large layers off, by time or by size. Push again from a faster network, or with smaller layers; let it run to its last try and send that message. Administrators raise the proxy’s timeouts and turn its buffering off.',
  },
  'client.server-error': {
    title: 'The registry, or a proxy before it, failed',
    detail:
      'Not your fault. Try again in a minute; if it stays, give this message and the time to your administrator.',
  },
  'client.connection-broken': {
    title: 'The connection was cut',
    detail:
      'Check that the address is exactly {address}, and try again. If it stays, a proxy or firewall in between cuts it: tell your administrator.',
  },
  'client.kubernetes-pull': {
    title: 'The cluster says only that pulling failed',
    detail:
      'kubectl describe pod shows why, in a line "Failed to pull image". Send that line here, with the link.',
  },
  'client.unrecognised': {
    title: 'Berth does not know this message',
    detail:
      'What could be checked without it is here. Send the last lines that the client printed, as text, or show them to your administrator.',
  },

  // Links
  'link.too-long': { title: 'The link is too long', detail: 'A link has at most {max} characters.' },
  'link.empty': { title: 'The link is empty', detail: 'Give the full link, such as {example}.' },
  'link.scheme': {
    title: 'A link has no https://',
    detail: 'Leave out "{scheme}": a full link looks like {example}.',
  },
  'link.command': {
    title: 'This is a command, not only a link',
    detail: 'Paste only the link: {link}',
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
  'link.hold-tag': {
    title: 'This tag is Berth’s own',
    detail:
      '{tag} only keeps an image from being collected, and goes when that is over. Import the image by its digest, or by a tag of people.',
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
  'tag.not-found': {
    title: 'There is no such tag',
    detail: 'In {repository} there is no tag {tag}.',
  },
  'tag.signature': {
    title: 'This tag belongs to an image',
    detail: '{tag} holds what cosign keeps of an image. It goes with its image: delete that.',
  },
  'tag.hold': {
    title: 'Berth holds an image with this tag',
    detail:
      '{tag} keeps an image from Harbor’s garbage collection, because a tag that may not move was moved away from it, or because jobs run it. Berth takes it away by itself when that is over.',
  },
  'repository.not-found': {
    title: 'There is no such repository',
    detail:
      'Nothing was pushed as {project}/{repository}. GET /api/v1/projects/{project}/repositories lists what there is.',
  },
  'image.tag-not-found': {
    title: 'The repository has no such tag',
    detail: 'There is no tag {tag} in {repository}. Those most like it: {tags}.',
  },
  'image.unsigned': {
    title: 'A policy of the project forbids pulling this image',
    detail: '{project} only lets images be pulled that {signature} has signed. Sign it, and import it then.',
  },
  'image.absent-quota': {
    title: 'This tag is not there; perhaps the project had no room for it',
    detail:
      '{repository} has no tag {tag}. Why, the registry does not tell: it may never have been pushed, or under another name. But the quota of {project} is used to {usedPercent} %, so its push may also have been refused, as the client then printed. If so, make room or ask for more, and push again. Tags that are most like it: {tags}.',
  },
  'image.absent-read-only': {
    title: 'This tag is not there, and the registry is read-only',
    detail:
      '{repository} has no tag {tag}. An administrator of Harbor has turned on its read-only mode: if it was pushed since then, that was refused. Push again when the mode is off. Tags that are most like it: {tags}.',
  },
  'image.vulnerable': {
    title: 'The project’s policy lets nobody pull this image',
    detail:
      'The project {project} refuses pulls of what was not scanned, or has vulnerabilities of severity {severity} or worse. Scan it in the registry, and push a repaired image under a new tag, or ask an admin of the project to exempt what was found.',
  },
  'image.platform-vulnerable': {
    title: 'The project’s policy lets no job here pull this image',
    detail:
      'The project {project} refuses pulls of what was not scanned, or has vulnerabilities of severity {severity} or worse. The image for {platform}, which the nodes here run, is such a one, though others of the same tag may not be. Push a repaired image under a new tag, or ask an admin of the project to exempt what was found.',
  },
  'image.batch': {
    title: 'Not a batch of images',
    detail: 'This must be a list of 1 to {max} images, each as for POST /api/v1/images.',
  },
  'image.ids': {
    title: 'Not a list of images',
    detail: 'ids is a list of 1 to {max} ids of images.',
  },
  'image.label': {
    title: 'The labels are not valid',
    detail: 'At most {max} different labels, each of 1 to {length} characters.',
  },
  'image.not-owner': {
    title: 'This image is somebody else’s',
    detail:
      'You see this image, but only who imported it may change or share it. Import it yourself to have your own.',
  },
  'image.public-by-admins': {
    title: 'Only administrators show an image to everybody',
    detail: 'Ask an administrator to make it public, or share it with persons and groups.',
  },
  'image.warning.jobs-only': {
    title: 'Jobs can run it, your own docker cannot pull it',
    detail:
      'The image is in the private project {project}, of which you are no member. Jobs get access of their own; for docker pull, ask for a membership of the project.',
  },
  'image.warning.no-right': {
    title: 'You can no longer run this image',
    detail:
      'The image is in the private project {project}, from which neither you nor anybody who shows it to you may pull any more. Your entry stays; what became of the tag is not told. Ask for a membership of the project, or take the entry out of the catalog.',
  },
  'image.warning.right-unknown': {
    title: 'It is being asked whether you may run this image',
    detail:
      'The image is in the private project {project}. The registry is asked whether you, or somebody who shows it to you, may pull from there; until it has answered, what became of the tag is not told. Look again in a moment.',
  },
  'image.warning.owner-left': {
    title: 'The owner of its project has left',
    detail:
      'The image is in {project}, whose owner has left. Look for another one in time, or push a copy to a project of your own.',
  },
  'share.warning.jobs-only': {
    title: 'They run it in jobs, but cannot pull it themselves',
    detail:
      'The image is in the private project {project}. Jobs of those it is shared with can run it; for docker pull they need a membership of the project.',
  },
  'share.with-owner': {
    title: 'The image is theirs already',
    detail: '{username} imported this image, so there is nothing to share.',
  },
  'share.too-many': {
    title: 'The image is shared too often',
    detail:
      'An image can be shared with {max} persons and groups. Share it with a group, or ask an administrator to make it public.',
  },
  'share.kind': {
    title: 'Images are shared with a person or a group',
    detail: 'Write …/shares/person/<username> or …/shares/group/<name>.',
  },
  'group.not-found': {
    title: 'There is no such group',
    detail:
      'The directory has no group {group} with members, or several of that name. Check the name, as the directory has it.',
  },
  'group.not-configured': {
    title: 'There are no groups here',
    detail: 'No groups of the directory are set up for this Berth (LDAP_GROUP_BASE_DN). Share with persons.',
  },
  'image.warning.tag-moved': {
    title: 'The tag was moved',
    detail:
      '{tag} was recorded as {recordedDigest} and is {currentDigest} in the registry now. Jobs keep the recorded one, unless its project blocks it. Whoever keeps the project can put the tag back.',
  },
  'image.warning.gone': {
    title: 'The tag is gone from the registry',
    detail:
      'There is no {tag} in the registry any more. Ask its owner, or delete the image from the catalog.',
  },
  'image.warning.recorded-gone': {
    title: 'The recorded image was collected',
    detail:
      'What {tag} was recorded as ({recordedDigest}) is not in the registry any more, so no job can run it. Push it again under another tag, or let an administrator accept the new one.',
  },
  'image.warning.platform': {
    title: 'The image does not run on the nodes here',
    detail: 'The image has {platforms}, the nodes are {sitePlatforms}. A job there fails to start.',
  },
  'image.warning.not-an-image': {
    title: 'This is no container image',
    detail: 'It can be kept in the catalog, but no job can run it.',
  },
  'hook.unauthorized': {
    title: 'The webhook is not Berth’s',
    detail:
      'The Authorization is not the one that Berth set in the webhook of this project. Berth sets it again when it next compares the project with Harbor.',
  },
  'violation.not-found': {
    title: 'There is no such violation',
    detail: 'It does not exist, or it is not yours to see.',
  },
  'violation.settled': {
    title: 'It is settled already',
    detail: 'This move is not open any more: it is {state}.',
  },
  'violation.project-not-kept': {
    title: 'The project is not kept by Berth',
    detail:
      'Berth watches {project}, which others made, and never changes anything in it. Ask its owner to put the tag back.',
  },
  'image.not-movable': {
    title: 'Only latest can be moved back',
    detail:
      '{link} never moves, so there is nothing to go back to. Import or push what you want under another tag.',
  },
  'image.digest-not-in-history': {
    title: 'The tag never had this digest',
    detail: '{link} was never seen with {digest}. Take one from the image’s history.',
  },
  'field.digest': {
    title: 'It must be a digest',
    detail: 'Write sha256: and 64 lower-case hexadecimal digits.',
  },
  'tag.restore-gone': {
    title: 'It cannot be restored: garbage collected',
    detail:
      'What {tag} of {repository} was before ({digest}) is not in the registry any more, or not whole. Push it again under another tag, or let an administrator accept the new one.',
  },
  'tag.restore-refused': {
    title: 'It cannot be restored: a policy of the project lets nobody pull it',
    detail:
      'To put {tag} of {repository} back, what it was before ({digest}) has to be read from the registry, and a policy of the project {project} (vulnerabilities, signatures) refuses that to everybody, also to Berth. Scan or sign it there, or let an admin of the project exempt what was found or switch the policy off for the moment, and restore again. Or push a repaired image under another tag.',
  },
  'project.problem.tags-moved': {
    title: 'Tags were moved',
    detail:
      'Tags that may not move and point to other images than they were recorded with: {count}. Jobs go on with the recorded ones where the policy is not block. See the violations of this project, and put the tags back.',
  },
  'project.problem.sweep-alarm': {
    title: 'Too much changed at once',
    detail:
      '{vanished} tags are gone and {moved} moved since the last look, and nothing of it is believed yet: jobs go on with what was recorded. Harbor was perhaps restored from a backup. Ask an admin, who has it recorded if it is right; it ends by itself if it is put right.',
  },
  'project.problem.restore-stopped': {
    title: 'A tag is moved again and again',
    detail:
      'Berth put {tag} of {repository} back three times in a day, and it was moved again. Find out who moves it, then put it back yourself or let an administrator accept it.',
  },
  'project.problem.restore-failed': {
    title: 'A tag could not be put back',
    detail: '{tag} of {repository} was moved, and Berth could not put it back. The violation says why.',
  },
  'project.problem.hold-not-set': {
    title: 'An image that is needed may be collected',
    detail:
      '{digest} in {repository} is needed, and Berth’s tag {tag}, which would keep it from Harbor’s garbage collection, could not be set. Where another image has this tag, delete the tag in the registry: names that begin with berth-hold- are Berth’s. It is tried again within half a minute.',
  },
  'project.problem.digest-in-danger': {
    title: 'An image may be collected',
    detail:
      'No tag is left on {digest} of {repository}, which jobs count on. Harbor’s garbage collection can take it: put a tag on it.',
  },
  'violation.changed': {
    title: 'The violation is another one now',
    detail: 'The tag moved on or was put back meanwhile. Look at its violations again.',
  },
  'tag.recorded-gone': {
    title: 'The image is gone from the registry',
    detail:
      '{link} had the digest {recordedDigest}, which is not in the registry any more. Push it again under a new tag.',
  },
  'tag.leased': {
    title: 'A job runs this image',
    detail: 'The job {jobId} runs {digest}. Wait until it has ended, or choose another image.',
  },
  'job.id': {
    title: 'Not the id of a job',
    detail: 'It has {min} to {max} visible ASCII characters, without spaces.',
  },
  'job.links': {
    title: 'Which images?',
    detail: '"links" is a list of {min} to {max} image links.',
  },
  'job.other-question': {
    title: 'This job said something else before',
    detail:
      'The job {jobId} already has images, for another person or other links. Ask the same again, or end the job first.',
  },
  'job.image-being-removed': {
    title: 'An image of the job is being deleted',
    detail:
      'It is being taken away in the registry at this moment. Try again in a few seconds to see what is left.',
  },
  'pull-secret.other-question': {
    title: 'This job has a pull secret for something else',
    detail:
      'The pull secret of the job {jobId} is for another person or other links. Ask the same again, or end it first.',
  },
  'pull-secret.shared-refused': {
    title: 'Shared images of private projects get no pull secret here',
    detail:
      '{for} sees {link} because it was shared, and a pull secret would open the whole project {project}. Make {for} a member of the project, or ask for a copy.',
  },
  'pull-secret.busy': {
    title: 'This pull secret is just being made',
    detail: 'Another request works on it. Ask the same again in a few seconds.',
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
  'lookup.links': {
    title: 'These are no links',
    detail: 'Give 1 to {max} links, each as text.',
  },
  'lookup.too-many': {
    title: 'Too many lookups',
    detail:
      'At most {perSecond} links may be looked up in a second, counted apart for each scheduler and person. Try again in {waitSeconds} seconds.',
  },
  'lookup.no-turn': {
    title: 'There was no time to look',
    detail: 'Too many links of this question have to be looked at in the registry. Ask for {link} again.',
  },
  'lookup.blocked': {
    title: 'The tag was moved, and its project refuses that',
    detail:
      '{link} was {recordedDigest} and is {currentDigest} in the registry now. Its project blocks it until somebody puts the tag back or accepts the move.',
  },
  'lookup.warning.unconfirmed': {
    title: 'This could not be confirmed',
    detail: 'Berth’s database is away. This is what was known last; it may have changed since.',
  },
  'lookup.warning.project-replaced': {
    title: 'The project was made again',
    detail:
      'The registry’s project {project} is another one than when this was recorded. The image may not be there any more.',
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
  'lookup.warning.vulnerable': {
    title: 'The registry refuses to let this image be pulled',
    detail:
      'A policy of {project} lets nobody pull images that were not scanned, or have vulnerabilities of severity {severity} or worse, and this is one. A job that has to pull it fails.',
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
