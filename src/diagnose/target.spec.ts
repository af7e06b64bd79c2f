import * as fc from 'fast-check';
import { refusedLinks, registry } from '../../test/vectors/image-links';
import { readTarget, type Action } from './target';

const address = 'harbor.example.com:8443';
const ours = { address };
const codesOf = (action: Action, given: string): string[] =>
  readTarget(action, given, ours).findings.map(({ code }) => code);

describe('readTarget', () => {
  it.each(['push', 'pull'] as const)('finds nothing in a right link to %s', (action) => {
    const link = `${address}/user-ada/demo:v1`;
    expect(readTarget(action, link, ours)).toMatchObject({
      link: { project: 'user-ada', repository: 'demo', tag: 'v1' },
      findings: [],
    });
  });

  it('finds what is wrong with every refused vector', () => {
    for (const { link, code } of refusedLinks) {
      const [first] = readTarget('pull', link, registry).findings;
      const otherPort = first?.code === 'diagnose.address-port' && code === 'link.host-other';
      expect({ link, code: otherPort ? code : first?.code }).toEqual({ link, code });
    }
  });

  it.each<[Action, string, string[]]>([
    ['push', `https://${address}/user-ada/demo:v1`, ['link.scheme']],
    ['push', `https://${address}/user-ada/Demo:v1`, ['link.scheme', 'link.upper-case']],
    ['pull', `docker://docker.io/library/ubuntu`, ['link.scheme', 'link.host-other']],
    ['push', `docker push ${address}/user-ada/Demo:v1`, ['link.command', 'link.upper-case']],
    ['pull', `docker pull ${address}/user-ada/demo:v1`, ['link.command']],
    ['push', 'harbor.example.com/user-ada/demo:v1', ['diagnose.address-port']],
    ['push', 'HARBOR.example.com:443/user-ada/demo:v1', ['diagnose.address-port']],
    ['push', 'other.example.com/user-ada/demo:v1', ['link.host-other']],
    ['push', 'user-ada/demo:v1', ['link.host-missing']],
    ['push', `${address}/user-ada/demo`, ['link.tag-or-digest-missing']],
    ['push', `${address}/user-ada/demo:sha256-${'0'.repeat(64)}.sig`, ['link.signature-tag']],
    ['push', `${address}/user-ada/demo@sha256:${'0'.repeat(64)}`, ['diagnose.push-by-digest']],
    ['pull', `${address}/user-ada/demo@sha256:${'0'.repeat(64)}`, []],
    ['login', address, []],
    ['login', ` ${address.toUpperCase()}\n`, []],
    ['login', `${address}/user-ada`, []],
    ['login', `https://${address}`, ['diagnose.address-scheme']],
    ['login', `https://harbor.example.com/`, ['diagnose.address-scheme', 'diagnose.address-port']],
    ['login', 'docker.io', ['diagnose.address-other']],
    ['login', '', ['diagnose.address-other']],
  ])('to %s %s: %j', (action, given, codes) => {
    expect(codesOf(action, given)).toEqual(codes);
  });

  it('never repeats a password that stands in the link', () => {
    for (const action of ['login', 'push', 'pull'] as const) {
      for (const host of [address, 'harbor.example.com', 'other.example.com']) {
        const { findings } = readTarget(action, `https://ada:s3cret@${host}/user-ada/demo:v1`, ours);
        expect(findings.length).toBeGreaterThan(0);
        expect(JSON.stringify(findings)).not.toContain('s3cret');
      }
    }
  });

  it('answers for any text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('login', 'push', 'pull'),
        fc.string({ unit: 'binary' }),
        (action, given) => {
          const { link, findings } = readTarget(action, given, ours);
          expect(link === null && findings.length === 0 && action !== 'login').toBe(false);
        },
      ),
    );
  });
});
