import type { MessageCode } from '../common/messages.en';

export type ClientCode = Extract<MessageCode, `client.${string}`>;

/** Of each family only the first rule that fits is told: the rules below stand in that order. */
interface Rule {
  code: ClientCode;
  family: string;
  /** In lower case, with single spaces. One of these is in the message … */
  says: readonly (string | RegExp)[];
  /** … and one of these, where there are any. */
  with?: readonly string[];
}

/** A message's end is where its cause stands. */
const READ_CHARACTERS = 16_384;
const ESCAPE = String.fromCharCode(27);
const BELL = String.fromCharCode(7);
/** Colours and cursor movements, and titles of the window; none can begin within another, so all of it is linear. */
const TERMINAL_SEQUENCES = new RegExp(
  `${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${ESCAPE}${BELL}]*(?:${BELL}|${ESCAPE}\\\\)?)`,
  'g',
);

const KUBERNETES = [
  'errimagepull',
  'imagepullbackoff',
  'failed to pull image',
  'back-off pulling image',
  'image pull failed',
] as const;
const UPLOADING = [
  'pushing [',
  'upload failed',
  'writing blob',
  '/blobs/uploads',
  'pushing layer',
  'failed to push',
] as const;
const BROKEN = [
  ' eof ',
  'unexpected eof',
  'connection reset by peer',
  'broken pipe',
  'use of closed network connection',
  'transport connection broken',
  '502 bad gateway',
  '504 gateway',
  'http status: 524',
] as const;

/** What names its cause by itself. */
const TELLING: readonly Rule[] = [
  { code: 'client.tag-immutable', family: 'policy', says: ['configured as immutable'] },
  {
    code: 'client.policy',
    family: 'policy',
    says: [
      'cannot be pulled due to configured policy',
      'prevent images with vulnerability',
      'the image is not signed',
      'projectpolicyviolation',
      '412 precondition failed',
    ],
  },
  {
    code: 'client.quota-exceeded',
    family: 'quota',
    says: ['will exceed the configured upper limit', 'not enough quota available to process the request'],
  },
  { code: 'client.read-only', family: 'read-only', says: ['system is in read only mode'] },
  {
    code: 'client.too-large',
    family: 'too-large',
    says: [
      'request entity too large',
      '413 payload too large',
      'http 413',
      'status: 413',
      'status code: 413',
    ],
  },
  { code: 'client.plain-http', family: 'tls', says: ['server gave http response to https client'] },
  {
    code: 'client.https-expected',
    family: 'tls',
    says: ['client sent an http request to an https server', 'plain http request was sent to https port'],
  },
  {
    code: 'client.certificate-authority',
    family: 'tls',
    says: [
      'certificate signed by unknown authority',
      'certificate is not trusted',
      'certificate is not standards compliant',
      'self-signed certificate',
      'self signed certificate',
      'unable to get local issuer certificate',
    ],
  },
  {
    code: 'client.certificate-name',
    family: 'tls',
    says: [
      'x509: certificate is valid for',
      'certificate is not valid for any names',
      'cannot validate certificate for',
      'certificate relies on legacy common name',
    ],
  },
  {
    code: 'client.certificate-time',
    family: 'tls',
    says: ['certificate has expired', 'certificate is not yet valid'],
  },
  {
    code: 'client.proxy',
    family: 'network',
    says: ['proxyconnect tcp', 'proxy authentication required'],
  },
  {
    code: 'client.host-unknown',
    family: 'network',
    says: [
      'no such host',
      'temporary failure in name resolution',
      'server misbehaving',
      'could not resolve host',
      'name or service not known',
    ],
  },
  {
    code: 'client.connection-refused',
    family: 'network',
    says: ['connection refused', 'target machine actively refused it'],
  },
  {
    code: 'client.timeout',
    family: 'network',
    says: [
      'i/o timeout',
      'client.timeout exceeded',
      'tls handshake timeout',
      'context deadline exceeded',
      'connection timed out',
      'no route to host',
      'network is unreachable',
    ],
  },
  {
    code: 'client.rate-limited',
    family: 'docker-hub',
    says: ['toomanyrequests', 'too many requests', 'pull rate limit'],
  },
  {
    code: 'client.docker-hub',
    family: 'docker-hub',
    says: [
      'repository [docker.io/',
      'registry-1.docker.io',
      'auth.docker.io',
      'index.docker.io',
      'trying to pull docker.io/',
      'docker://docker.io/',
      'exists in docker.io/',
    ],
  },
  {
    code: 'client.platform',
    family: 'platform',
    says: [
      'no matching manifest for',
      'no match for platform in manifest',
      'no image found in manifest list for architecture',
      'no image found in image index for architecture',
      'does not match the specified platform',
      'does not provide the specified platform',
      'exec format error',
    ],
  },
  { code: 'client.upper-case', family: 'reference', says: ['must be lowercase'] },
  {
    code: 'client.invalid-reference',
    family: 'reference',
    says: ['invalid reference format', 'invalidimagename', "couldn't parse image", 'invalid reference:'],
  },
  {
    code: 'client.image-not-local',
    family: 'local',
    says: [
      'an image does not exist locally with the tag',
      'tag does not exist: ',
      'no such image',
      'image not known',
    ],
  },
  {
    code: 'client.no-engine',
    family: 'local',
    says: [
      'cannot connect to the docker daemon',
      'trying to connect to the docker daemon',
      'trying to connect to the docker api',
      'failed to connect to the docker api',
      'cannot connect to podman',
    ],
  },
  { code: 'client.no-terminal', family: 'local', says: ['from a non tty device', 'from a non-tty device'] },
  {
    code: 'client.credential-helper',
    family: 'local',
    says: ['error getting credentials', 'error saving credentials', 'error storing credentials'],
  },
  { code: 'client.disk-full', family: 'local', says: ['no space left on device'] },
  {
    code: 'client.upload-lost',
    family: 'upload',
    says: ['blob upload unknown', 'blob upload invalid', 'blob unknown to registry', 'manifest_blob_unknown'],
  },
  {
    code: 'client.pull-secret-absent',
    family: 'pull-secret',
    says: ['failedtoretrieveimagepullsecret', 'unable to retrieve some image pull secrets'],
  },
  { code: 'client.project-unknown', family: 'absent', says: [/project \S{1,255} not found/] },
  {
    code: 'client.repository-unknown',
    family: 'absent',
    says: [
      'name unknown',
      'name_unknown',
      'repository name not known to registry',
      /repository \S{1,255} not found/,
    ],
  },
  {
    code: 'client.manifest-unknown',
    family: 'absent',
    says: ['manifest unknown', 'manifest_unknown', /artifact \S{1,1024} not found/],
  },
];

/** What a registry says for several causes alike. */
const ACCESS: readonly Rule[] = [
  {
    code: 'client.not-logged-in',
    family: 'access',
    says: ['no basic auth credentials', 'basic credential not found', 'failed to fetch anonymous token'],
  },
  { code: 'client.no-permission', family: 'access', says: ['unauthorized to access repository'] },
  {
    code: 'client.unauthorized',
    family: 'access',
    says: [
      'unauthorized',
      'authentication required',
      'invalid username/password',
      'incorrect username or password',
      'failed to fetch oauth token',
    ],
  },
  {
    code: 'client.denied',
    family: 'access',
    says: [
      'requested access to the resource is denied',
      'access denied',
      'insufficient_scope',
      'denied: ',
      '403 forbidden',
      '403 (forbidden)',
    ],
  },
];

/** What only says that it failed. */
const VAGUE: readonly Rule[] = [
  { code: 'client.push-restarts', family: 'vague', says: ['retrying in ', 'upload failed, retrying'] },
  { code: 'client.push-restarts', family: 'vague', says: BROKEN, with: UPLOADING },
  {
    code: 'client.server-error',
    family: 'vague',
    says: [
      'internal server error',
      '502 bad gateway',
      '503 service',
      '(service unavailable)',
      '504 gateway',
      'unexpected http status: 5',
    ],
  },
  { code: 'client.connection-broken', family: 'vague', says: BROKEN },
  { code: 'client.manifest-unknown', family: 'vague', says: [': not found '] },
  { code: 'client.kubernetes-pull', family: 'vague', says: KUBERNETES },
];

/**
 * What docker, podman, skopeo, helm, containerd and the kubelet meant by what they printed, the most telling first;
 * nothing when it is not known. Pure, and linear in the text's length: control characters and colours are ignored,
 * as are line breaks (terminals wrap), and of more than 16,384 characters only the last are read.
 */
export function recogniseClientMessage(message: string): ClientCode[] {
  const text = readable(message);
  const telling = firstOfFamilies(TELLING, text);
  if (telling.length > 0) return telling;
  const access = firstOfFamilies(ACCESS, text);
  if (access.length > 0) return says(text, KUBERNETES) ? [...access, 'client.pull-secret'] : access;
  return firstOfFamilies(VAGUE, text);
}

/** Does the message leave open which of several causes it has? */
export function isAmbiguous(code: ClientCode): boolean {
  return code === 'client.pull-secret' || [...ACCESS, ...VAGUE].some((rule) => rule.code === code);
}

function firstOfFamilies(rules: readonly Rule[], text: string): ClientCode[] {
  const families = new Map<string, ClientCode>();
  for (const rule of rules) {
    if (families.has(rule.family) || !says(text, rule.says)) continue;
    if (rule.with === undefined || says(text, rule.with)) families.set(rule.family, rule.code);
  }
  return [...families.values()];
}

function says(text: string, wordings: readonly (string | RegExp)[]): boolean {
  return wordings.some((wording) =>
    typeof wording === 'string' ? text.includes(wording) : wording.test(text),
  );
}

/** In lower case between single spaces, with plain quotes where a chat made curly ones of them. */
function readable(message: string): string {
  const plain = message
    .slice(-READ_CHARACTERS)
    .replace(TERMINAL_SEQUENCES, '')
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c\u201d]/g, '"');
  return ` ${plain.toLowerCase()} `.replace(/ {2,}/g, ' ');
}
