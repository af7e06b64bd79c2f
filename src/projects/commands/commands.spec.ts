import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { COMMAND_CLIENTS, commandSteps, pushCommands, shellWord, type CommandPlace } from './commands';
import { personalNames } from '../project-name';

const place: CommandPlace = {
  address: 'harbor.example.com:8443',
  project: 'user-liuyizhou',
  username: 'liuyizhou',
  mayPush: true,
};

/** Everything that Harbor and the configuration allow, from any username. */
const places: fc.Arbitrary<CommandPlace> = fc
  .tuple(
    fc.string({ unit: 'grapheme' }),
    fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z0-9]{1,10}){0,3}(:[1-9][0-9]{0,4})?$/),
    fc.boolean(),
  )
  .map(([person, address, mayPush]) => {
    const { project, harborUsername } = personalNames(person, 'user-');
    return { address, project, username: harborUsername, mayPush };
  });

/** Runs lines in a shell where every tool only prints what it was called with. */
function callsOf(lines: readonly string[], variables: Record<string, string> = {}): string[][] {
  const tools = ['docker', 'podman', 'nerdctl', 'skopeo', 'helm', 'cosign', 'kubectl'];
  const stub = `() { printf '%s\\n' "$0" "$@" ''; }`;
  const script = [...tools.map((tool) => stub.replace('"$0"', tool).replace('()', `${tool}()`)), ...lines];
  const { stdout, stderr, status } = spawnSync('/bin/sh', ['-euc', script.join('\n')], {
    encoding: 'utf8',
    env: variables,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .split('\n\n')
    .filter((call) => call !== '')
    .map((call) => call.split('\n'));
}

const linesOf = (client: (typeof COMMAND_CLIENTS)[number], given = place): string[] =>
  commandSteps(client, given)
    .filter(({ file }) => file === null)
    .flatMap(({ lines }) => lines);

describe('commandSteps', () => {
  const link = 'harbor.example.com:8443/user-liuyizhou/demo:v1';

  it.each(['docker', 'podman', 'nerdctl'] as const)('logs in, tags, pushes and pulls with %s', (engine) => {
    expect(callsOf(linesOf(engine))).toEqual([
      [engine, 'login', 'harbor.example.com:8443', '--username', 'liuyizhou'],
      [engine, 'tag', 'demo:v1', link],
      [engine, 'push', link],
      [engine, 'pull', link],
    ]);
  });

  it('copies with skopeo, and packages charts with helm', () => {
    expect(callsOf(linesOf('skopeo')).map((call) => call.at(-1))).toEqual([
      'liuyizhou',
      `docker://${link}`,
      'docker-archive:demo.tar:demo:v1',
    ]);
    expect(callsOf(linesOf('helm')).slice(1)).toEqual([
      ['helm', 'package', 'demo', '--version', '0.1.0'],
      ['helm', 'push', 'demo-0.1.0.tgz', 'oci://harbor.example.com:8443/user-liuyizhou'],
      ['helm', 'pull', 'oci://harbor.example.com:8443/user-liuyizhou/demo', '--version', '0.1.0'],
    ]);
  });

  it('makes a pull secret that holds the robot’s name as it is, in no argument of a process', () => {
    const [, , create = '', patch = ''] = linesOf('kubectl', { ...place, project: 'team_a' });
    const robot = { HARBOR_USERNAME: 'robot$team_a+ci', HARBOR_PASSWORD: 'kV3x' };
    const [name, ...args] = callsOf([create.replace(/.*\| kubectl/, 'kubectl')], robot)[0] ?? [];
    expect([name, ...args].join(' ')).toBe(
      'kubectl create secret generic harbor-team-a --type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=/dev/stdin',
    );
    const [[json = ''] = []] = callsOf([create.replace(/\| kubectl.*/, '')], robot);
    expect(JSON.parse(json)).toEqual({
      auths: { 'harbor.example.com:8443': { username: 'robot$team_a+ci', password: 'kV3x' } },
    });
    expect(callsOf([patch])[0]?.at(-1)).toBe('{"imagePullSecrets":[{"name":"harbor-team-a"}]}');
  });

  it('writes a GitLab pipeline that logs in with masked variables and pushes a tag of its own', () => {
    const file = commandSteps('gitlab', place).find((step) => step.file === '.gitlab-ci.yml');
    const job = parse(String(file?.lines.join('\n'))) as { image: { script: string[] } };
    const variables = {
      HARBOR_USERNAME: 'robot$user-liuyizhou+ci',
      HARBOR_PASSWORD: 'kV3x',
      CI_COMMIT_SHORT_SHA: '1a2b3c4d',
    };
    const pushed = 'harbor.example.com:8443/user-liuyizhou/demo:1a2b3c4d';
    expect(callsOf(job.image.script, variables)).toEqual([
      ['docker', 'login', place.address, '--username', 'robot$user-liuyizhou+ci', '--password-stdin'],
      ['docker', 'build', '--tag', pushed, '.'],
      ['docker', 'push', pushed],
    ]);
  });

  it('writes a GitHub workflow whose secrets are in the environment of the login alone', () => {
    const file = commandSteps('github', place).find((step) => step.file?.endsWith('.yml'));
    const { jobs } = parse(String(file?.lines.join('\n'))) as {
      jobs: { image: { steps: { run?: string; env?: Record<string, string> }[] } };
    };
    const [, login, build, push] = jobs.image.steps;
    expect(login?.env).toEqual({
      HARBOR_USERNAME: '${{ secrets.HARBOR_USERNAME }}',
      HARBOR_PASSWORD: '${{ secrets.HARBOR_PASSWORD }}',
    });
    expect([build?.env, push?.env]).toEqual([undefined, undefined]);
    const variables = { HARBOR_USERNAME: 'robot$x+ci', HARBOR_PASSWORD: 'kV3x', GITHUB_SHA: '1a2b' };
    const runs = [login, build, push].map((step) => step?.run ?? '');
    expect(callsOf(runs, variables).map((call) => call.slice(0, 2).join(' '))).toEqual([
      'docker login',
      'docker build',
      'docker push',
    ]);
  });

  it.each(COMMAND_CLIENTS)('gives lines of %s that push only to whoever may push', (client) => {
    const lines = commandSteps(client, { ...place, mayPush: false }).flatMap((step) => step.lines);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).not.toMatch(/ push | build | sign /);
  });

  it('has values that need no quotes, whoever the person is', () => {
    fc.assert(
      fc.property(places, (given) => {
        for (const client of COMMAND_CLIENTS) {
          for (const { lines } of commandSteps(client, given)) {
            const values = lines.join('\n').replaceAll(/'(%s|\{"(auths|imagePullSecrets)".*\})'/g, '');
            expect(values).not.toContain("'");
          }
        }
        for (const value of [given.address, given.project, given.username]) {
          expect(shellWord(value)).toBe(value);
        }
      }),
    );
  });
});

describe('pushCommands', () => {
  it('are the same lines as for docker', () => {
    const { login, tag, push } = pushCommands(place.address, place.username, place.project);
    expect([login, tag, push]).toEqual(linesOf('docker').slice(0, 3));
  });
});

describe('shellWord', () => {
  it('is read back by a shell as the value, whatever is in it', () => {
    const odd = fc.constantFrom(
      "'",
      '"',
      '$HOME',
      '`id`',
      '\\',
      '[::1]:8443',
      '!',
      '*',
      ' ',
      '\n',
      ';id',
      '-n',
    );
    const value = fc.oneof(odd, fc.string({ unit: 'binary' }));
    const values = fc.sample(
      value.filter((text) => !text.includes('\0')),
      300,
    );
    const script = values.map((text) => `printf '%s\\000' ${shellWord(text)}`).join('\n');
    const { stdout } = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
    expect(stdout.split('\0').slice(0, -1)).toEqual(values);
  });
});
