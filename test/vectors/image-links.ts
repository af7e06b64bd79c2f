import type { ImageLink, RegistryNames } from '../../src/common/image-link';

/**
 * Links with the expected verdict each, for the registry below. What is accepted is the product of parts that are
 * each valid; what is refused stands in groups by the code that says why.
 */
export const registry: RegistryNames = {
  address: 'registry.example.com',
  aliases: ['registry.internal:5000', '10.0.0.5', '[2001:db8::1]:5000'],
};

export interface AcceptedLink {
  link: string;
  parts: ImageLink;
}

export interface RefusedLink {
  link: string;
  code: string;
}

const HEX = '0123456789abcdef'.repeat(4);
export const DIGEST = `sha256:${HEX}`;

const hosts = [
  'registry.example.com',
  'Registry.Example.COM',
  'registry.internal:5000',
  'REGISTRY.internal:5000',
  '10.0.0.5',
  '[2001:db8::1]:5000',
  '[2001:DB8::1]:5000',
];

const names = [
  ['user-liuyizhou', 'demo'],
  ['user-li.wei-2', 'team/nested/app'],
  ['a', 'b'],
  ['0', '0/0'],
  ['library', 'under_score'],
  ['p', 'double__underscore'],
  ['p', 'many---dashes'],
  ['p', 'dotted.name.v1'],
  ['p', 'example.com/xn--7o8h.com/mixed_a__b-c--d.e'],
  ['p', 'registry.example.com/app'],
  ['p', 'r'.repeat(253)],
  ['p'.repeat(127), 'a/'.repeat(63) + 'a'],
] as const;

const tags = [
  null,
  'v1',
  'latest',
  'Latest',
  'V1.0-RC.1',
  '_',
  '_leading',
  '0',
  '5000',
  '1.2.3-alpha_4',
  'trailing-',
  'trailing.',
  'dots..inside',
  't'.repeat(128),
  `sha256-${HEX}`,
  `sha256-${HEX}.sig`,
];

const digests = [null, DIGEST, `sha256:${'f'.repeat(64)}`, `sha256:${'0'.repeat(64)}`];

export const acceptedLinks: readonly AcceptedLink[] = hosts.flatMap((host) =>
  names.flatMap(([project, repository]) =>
    tags.flatMap((tag) =>
      digests.map((digest) => ({
        link: [host, '/', project, '/', repository, tag && `:${tag}`, digest && `@${digest}`].join(''),
        parts: { address: registry.address, project, repository, tag, digest },
      })),
    ),
  ),
);

/** Pasted with what hangs on at the ends; read as if it were not there. */
export const pastedLinks: readonly AcceptedLink[] = [' ', '\t', '\n', '\r\n', '  \n\t '].flatMap((space) =>
  [`${space}LINK`, `LINK${space}`, `${space}LINK${space}`].map((pasted) => ({
    link: pasted.replace('LINK', 'registry.example.com/p/app:v1'),
    parts: { address: registry.address, project: 'p', repository: 'app', tag: 'v1', digest: null },
  })),
);

const host = 'registry.example.com';

/** Each component is refused wherever it stands. */
function atEachPlace(component: string): string[] {
  return [
    `${host}/${component}/app:v1`,
    `${host}/p/${component}:v1`,
    `${host}/p/${component}`,
    `${host}/p/${component}@${DIGEST}`,
    `${host}/p/team/${component}/app:v1`,
    `${host}/p/team/${component}:v1@${DIGEST}`,
  ];
}

/** Each foreign character is refused in the host, the project, the repository, the tag, the digest, and at the end. */
function inEachPart(character: string): string[] {
  return [
    `registry${character}.example.com/p/app:v1`,
    `x${character}${host}/p/app:v1`,
    `${host}/p${character}q/app:v1`,
    `${host}/p/ap${character}p:v1`,
    `${host}/p/app:v${character}1`,
    `${host}/p/app@sha256:${character}${HEX}`,
    `${host}/p/app:v1${character}x`,
  ];
}

const refusedByCode: Readonly<Record<string, readonly string[]>> = {
  'link.too-long': [
    'a'.repeat(1025),
    ' '.repeat(1025),
    `${host}/p/${'r'.repeat(1100)}`,
    `https://${'x'.repeat(1100)}`,
    `${host}/p/app:${'t'.repeat(1025)}`,
    '\u0000'.repeat(2000),
    `${host}/p/${'a-'.repeat(4096)}`,
    `${host}/${'a/'.repeat(4096)}a:v1`,
    `${host}/p/app${':v1'.repeat(2700)}`,
    `${host}/p/app${'@sha256:'.repeat(1000)}`,
  ],
  'link.empty': ['', ' ', '\n', '\t \r\n', ' '.repeat(1024)],
  'link.scheme': [
    `https://${host}/p/app:v1`,
    `http://${host}/p/app:v1`,
    `HTTPS://${host}/p/app:v1`,
    `docker://${host}/p/app:v1`,
    `oci://${host}/p/chart:1.0.0`,
    `docker-daemon://${host}/p/app:v1`,
    ` https://${host}/p/app:v1`,
    'https://',
    'https://registry.example.com/harbor/projects/3/repositories/app',
    'https://other.example.com/p/app:v1',
  ],
  'link.command': [
    `docker pull ${host}/p/app:v1`,
    `docker push ${host}/p/app:v1`,
    `$ docker push ${host}/p/app:v1`,
    `sudo docker pull ${host}/p/app:v1\n`,
    `podman\tpull\t${host}/p/app`,
    `docker tag app:v1 ${host}/p/app:v1\ndocker push ${host}/p/app:v1`,
    `docker run --rm ${host}/p/app:v1 python train.py`,
    `nerdctl pull ${host.toUpperCase()}/p/App`,
  ],
  'link.characters': [
    ...[
      ' ', // space
      '\t',
      '\n',
      '\u0000', // NUL
      '\u007f', // DEL
      '\u00a0', // no-break space
      '\u200b', // zero width space
      '\u202e', // right-to-left override
      '\ufeff', // byte order mark
      '\uff1a', // full-width colon
      '\uff0f', // full-width slash
      '\u2215', // division slash
      '\u0430', // Cyrillic a
      '\u03bf', // Greek omicron
      '\u2024', // one dot leader
      '\u2013', // en dash
      '\u00df', // sharp s
      '\u212a', // Kelvin sign, lower-cased an ASCII k
      '\u0131', // dotless i
      '\u3002', // ideographic full stop
      '\u955c', // a Chinese letter
      '\ud83d\udc33', // a whale
      '\ud800', // half of a pair
      '%',
      '?',
      '#',
      '&',
      '=',
      '+',
      '*',
      '!',
      '$',
      '~',
      '^',
      '\\',
      '"',
      "'",
      '`',
      '<',
      '>',
      '(',
      '{',
      '|',
      ';',
      ',',
    ].flatMap(inEachPart),
    `${host}/p/app:v1 ${host}/p/app:v2`,
    `"${host}/p/app:v1"`,
    `\u00a0${host}/p/app:v1`,
    `${host}/p/app:v1\u0000`,
    `${host}/p/app:v1\u200b`,
    `${host}/p/app:v1\v`,
    `${host}/[p]/app:v1`,
    `${host}/p/app[0]:v1`,
    `${host}/p/app:[v1]`,
    `${host}/p/[::1]:5000`,
    '[fe80::1%eth0]:5000/p/app:v1',
    `${host}/p/app:v1?tab=info`,
    `${host}/p/app%2Fnested:v1`,
    `${host}/p/app:v1#top`,
    `${host}/p/app@sha256+b64:${HEX}`,
    `robot$ci@${host}/p/app:v1`,
  ],
  'link.host-missing': [
    'nginx',
    'nginx:latest',
    'library/nginx:1',
    'user-liuyizhou/demo:v1',
    'p/app',
    'p/team/app:v1',
    `p/app@${DIGEST}`,
    'under_score/app:v1',
    '/p/app:v1',
    '//registry.example.com/p/app:v1',
    '/',
    ':v1',
    `@${DIGEST}`,
    DIGEST,
    'localhost',
    'localhost:5000',
    'other.example.com',
    'registry.example.com:v1',
    `registry.example.com@${DIGEST}`,
    '-/app',
  ],
  'link.host-other': [
    'docker.io/library/nginx:1',
    'quay.io/p/app:v1',
    'localhost/p/app:v1',
    'localhost:5000/p/app:v1',
    '127.0.0.1/p/app:v1',
    '[::1]:5000/p/app:v1',
    '[::1]/p/app:v1',
    '[2001:db8::1]/p/app:v1',
    '10.0.0.5:5000/p/app:v1',
    'registry.internal/p/app:v1',
    'registry.internal:5001/p/app:v1',
    'registry.example.com:443/p/app:v1',
    'registry.example.com:80/p/app:v1',
    'registry.example.com:/p/app:v1',
    'registry.example.com./p/app:v1',
    '.registry.example.com/p/app:v1',
    'evil-registry.example.com/p/app:v1',
    'registry.example.com.evil.org/p/app:v1',
    'registry-example.com/p/app:v1',
    'registry.examp1e.com/p/app:v1',
    'user@registry.example.com/p/app:v1',
    'registry.example.com@evil.org/p/app:v1',
    'registry.example.com:5000:5000/p/app:v1',
    'Registry/p/app:v1',
    'MYHOST/app',
    '../p/app:v1',
    './p/app:v1',
  ],
  'link.repository-missing': [
    host,
    'REGISTRY.example.com',
    'registry.internal:5000',
    `${host}/`,
    `${host}/app`,
    `${host}/app:v1`,
    `${host}/app@${DIGEST}`,
    `${host}/app:v1@${DIGEST}`,
    `${host}/App:v1`,
    `${host}/project/`,
    `${host}/project/:v1`,
    `${host}/project/@${DIGEST}`,
    `${host}/:v1`,
    `${host}/@${DIGEST}`,
    `${host}/:`,
  ],
  'link.upper-case': ['App', 'aPP', 'APP', 'Team-A', 'a_B', 'a__B.c'].flatMap(atEachPlace),
  'link.path': [
    ...[
      '..',
      '.',
      '-',
      '_',
      '-a',
      'a-',
      '.a',
      'a.',
      '_a',
      'a_',
      'a..b',
      'a___b',
      'a.-b',
      'a-_b',
      'a._b',
      'A..B',
    ].flatMap(atEachPlace),
    `${host}//app:v1`,
    `${host}/p//app:v1`,
    `${host}///app:v1`,
    `${host}/p/app/`,
    `${host}/p/app/:v1`,
    `${host}/p/team//app`,
    `${host}/../app:v1`,
    `${host}/p/../../etc/passwd`,
    `${host}/p/app/../../other/app:v1`,
    `${host}/p:v1/app`,
    `${host}/p:5000/app:v1`,
    `${host}/p/app:v1/more`,
  ],
  'link.path-too-long': [
    `${host}/p/${'r'.repeat(254)}`,
    `${host}/p/${'r'.repeat(254)}:v1`,
    `${host}/p/${'r'.repeat(900)}@${DIGEST}`,
    `${host}/${'p'.repeat(255)}/a`,
    `${host}/p/${'a/'.repeat(127)}a:v1`,
  ],
  'link.tag': [
    ...['', '-v1', '.v1', '-', '.', '..', 'v1:v2', ':', ':v1', 't'.repeat(129), 't'.repeat(500)].flatMap(
      (tag) => [`${host}/p/app:${tag}`, `${host}/p/team/app:${tag}`, `${host}/p/app:${tag}@${DIGEST}`],
    ),
    `${host}/p/app:${DIGEST}`,
  ],
  'link.digest': [
    '',
    'sha256',
    'sha256:',
    HEX,
    `sha256:${HEX.slice(1)}`,
    `sha256:${HEX}0`,
    `sha256:${HEX.toUpperCase()}`,
    `SHA256:${HEX}`,
    `sha256:${'g'.repeat(64)}`,
    `sha256-${HEX}`,
    `sha512:${HEX}${HEX}`,
    `sha384:${'a'.repeat(96)}`,
    `md5:${'a'.repeat(32)}`,
    `${DIGEST}@${DIGEST}`,
    `${DIGEST}:v1`,
    `${DIGEST}/more`,
    'latest',
    '@',
  ].flatMap((digest) => [
    `${host}/p/app@${digest}`,
    `${host}/p/team/app@${digest}`,
    `${host}/p/app:v1@${digest}`,
  ]),
};

export const refusedLinks: readonly RefusedLink[] = Object.entries(refusedByCode).flatMap(([code, links]) =>
  links.map((link) => ({ link, code })),
);
