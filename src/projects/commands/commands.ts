import type { MessageCode } from '../../common/messages.en';

/** The tools for which there are lines to paste. */
export const COMMAND_CLIENTS = [
  'docker',
  'podman',
  'nerdctl',
  'skopeo',
  'helm',
  'cosign',
  'kubectl',
  'gitlab',
  'github',
] as const;

export type CommandClient = (typeof COMMAND_CLIENTS)[number];

/** One thing to do: what it is, and what to paste for it. `file` is where the lines belong, null for a terminal. */
export interface CommandStep {
  code: Extract<MessageCode, `commands.${string}`>;
  file: string | null;
  lines: string[];
}

export interface CommandPlace {
  /** `host[:port]` of the registry. */
  address: string;
  project: string;
  /** Of the person in Harbor. */
  username: string;
  /** Else only lines that pull. */
  mayPush: boolean;
}

const IMAGE = 'demo:v1';
/** What a shell, an image link and a YAML line read as it stands. */
const PLAIN = /^[A-Za-z0-9@%+=:,./_-]+$/;
/** The robot's name has a `$`: it only ever comes from a variable, in quotes. */
const ROBOT_LOGIN = '--username "$HARBOR_USERNAME" --password-stdin';
const ROBOT_PASSWORD = `printf '%s' "$HARBOR_PASSWORD"`;
const LONGEST_SECRET_NAME = 200;

/** Ready to paste, in the order to do them; never with a secret: tools ask for passwords, pipelines have variables. */
export function commandSteps(client: CommandClient, place: CommandPlace): CommandStep[] {
  switch (client) {
    case 'docker':
    case 'podman':
    case 'nerdctl':
      return engineSteps(client, place);
    case 'skopeo':
      return skopeoSteps(place);
    case 'helm':
      return helmSteps(place);
    case 'cosign':
      return cosignSteps(place);
    case 'kubectl':
      return kubectlSteps(place);
    case 'gitlab':
      return gitlabSteps(place);
    case 'github':
      return githubSteps(place);
  }
}

export interface PushCommands {
  login: string;
  tag: string;
  push: string;
}

/** The three lines with which a person pushes a first image; docker asks for the password. */
export function pushCommands(address: string, username: string, project: string): PushCommands {
  return engineLines('docker', { address, project, username });
}

/** A value as the shell reads it back: as it stands where nothing in it means anything, else in quotes. */
export function shellWord(value: string): string {
  return PLAIN.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

function engineLines(engine: string, place: Omit<CommandPlace, 'mayPush'>): PushCommands & { pull: string } {
  const address = shellWord(place.address);
  const link = shellWord(linkOf(place));
  return {
    login: `${engine} login ${address} --username ${shellWord(place.username)}`,
    tag: `${engine} tag ${IMAGE} ${link}`,
    push: `${engine} push ${link}`,
    pull: `${engine} pull ${link}`,
  };
}

function engineSteps(engine: string, place: CommandPlace): CommandStep[] {
  const { login, tag, push, pull } = engineLines(engine, place);
  const pushing = [step('commands.tag', tag), step('commands.push', push)];
  return [step('commands.login', login), ...(place.mayPush ? pushing : []), step('commands.pull', pull)];
}

function skopeoSteps(place: CommandPlace): CommandStep[] {
  const remote = shellWord(`docker://${linkOf(place)}`);
  const login = `skopeo login ${shellWord(place.address)} --username ${shellWord(place.username)}`;
  const push = step('commands.push', `skopeo copy docker-archive:demo.tar ${remote}`);
  return [
    step('commands.login', login),
    ...(place.mayPush ? [push] : []),
    step('commands.pull', `skopeo copy ${remote} docker-archive:demo.tar:${IMAGE}`),
  ];
}

function helmSteps(place: CommandPlace): CommandStep[] {
  const charts = `oci://${place.address}/${place.project}`;
  const login = `helm registry login ${shellWord(place.address)} --username ${shellWord(place.username)}`;
  const pushing = [
    step('commands.package', 'helm package demo --version 0.1.0'),
    step('commands.push', `helm push demo-0.1.0.tgz ${shellWord(charts)}`),
  ];
  const pull = `helm pull ${shellWord(`${charts}/demo`)} --version 0.1.0`;
  return [step('commands.login', login), ...(place.mayPush ? pushing : []), step('commands.pull', pull)];
}

/** Cosign uses the login of docker, and asks for no password itself. */
function cosignSteps(place: CommandPlace): CommandStep[] {
  const link = shellWord(linkOf(place));
  const signing = [
    step('commands.key-pair', 'cosign generate-key-pair'),
    step('commands.sign', `cosign sign --key cosign.key ${link}`),
  ];
  return [
    step('commands.login', engineLines('docker', place).login),
    ...(place.mayPush ? signing : []),
    step('commands.verify', `cosign verify --key cosign.pub ${link}`),
  ];
}

/** The secret goes in by standard input: arguments of a process are read by everybody on the machine. */
function kubectlSteps(place: CommandPlace): CommandStep[] {
  const name = pullSecretName(place.project);
  const json = `{"auths":{"${place.address}":{"username":"%s","password":"%s"}}}`;
  const create =
    `printf '${json}' "$HARBOR_USERNAME" "$HARBOR_PASSWORD" | kubectl create secret generic ${name} ` +
    '--type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=/dev/stdin';
  return [
    step('commands.robot-variables', 'read -r HARBOR_USERNAME', 'read -rs HARBOR_PASSWORD'),
    step('commands.pull-secret', create),
    step(
      'commands.use-pull-secret',
      `kubectl patch serviceaccount default --patch '{"imagePullSecrets":[{"name":"${name}"}]}'`,
    ),
  ];
}

function gitlabSteps(place: CommandPlace): CommandStep[] {
  return [
    step('commands.gitlab-variables', 'HARBOR_USERNAME', 'HARBOR_PASSWORD'),
    pipeline(
      '.gitlab-ci.yml',
      'image:',
      '  stage: build',
      '  script:',
      ...pipelineLines(place, '$CI_COMMIT_SHORT_SHA').map((line) => `    - ${line}`),
    ),
  ];
}

function githubSteps(place: CommandPlace): CommandStep[] {
  const [login = '', ...others] = pipelineLines(place, '$GITHUB_SHA');
  return [
    step('commands.github-variables', 'HARBOR_USERNAME', 'HARBOR_PASSWORD'),
    pipeline(
      '.github/workflows/image.yml',
      'name: image',
      'on: push',
      'jobs:',
      '  image:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - uses: actions/checkout@v4',
      `      - run: ${login}`,
      '        env:',
      '          HARBOR_USERNAME: ${{ secrets.HARBOR_USERNAME }}',
      '          HARBOR_PASSWORD: ${{ secrets.HARBOR_PASSWORD }}',
      ...others.map((line) => `      - run: ${line}`),
    ),
  ];
}

/** Each run pushes a tag of its own: no tag but `latest` may move. */
function pipelineLines(place: CommandPlace, commit: string): string[] {
  const login = `${ROBOT_PASSWORD} | docker login ${shellWord(place.address)} ${ROBOT_LOGIN}`;
  const link = `${shellWord(`${place.address}/${place.project}/demo:`)}"${commit}"`;
  return place.mayPush
    ? [login, `docker build --tag ${link} .`, `docker push ${link}`]
    : [login, `docker pull ${shellWord(linkOf(place))}`];
}

function linkOf({ address, project }: Pick<CommandPlace, 'address' | 'project'>): string {
  return `${address}/${project}/${IMAGE}`;
}

/** Kubernetes has no `_` in names, and at most 253 characters. */
function pullSecretName(project: string): string {
  const name = `harbor-${project.replaceAll('_', '-')}`;
  return name.slice(0, LONGEST_SECRET_NAME).replace(/[.-]$/, '');
}

function step(code: CommandStep['code'], ...lines: string[]): CommandStep {
  return { code, file: null, lines };
}

function pipeline(file: string, ...lines: string[]): CommandStep {
  return { code: 'commands.pipeline', file, lines };
}
