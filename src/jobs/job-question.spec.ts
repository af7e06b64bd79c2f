import { distinctLinks, readJobQuestion } from './job-question';

const registry = { address: 'harbor.example.com', aliases: ['registry.example.com'] };
const digest = `sha256:${'a'.repeat(64)}`;
const read = (forUsername: string, ...links: string[]) => readJobQuestion(forUsername, links, registry);
const link = (rest: string, host = 'harbor.example.com') => `${host}/user-liuyizhou/${rest}`;

describe('readJobQuestion', () => {
  const asked = read('liuyizhou', link('demo:v1'), link('base'));

  it.each([
    ['in another order', read('liuyizhou', link('base'), link('demo:v1'))],
    ['with one twice', read('liuyizhou', link('demo:v1'), link('base'), link('demo:v1'))],
    ['with latest written out', read('liuyizhou', link('demo:v1'), link('base:latest'))],
    [
      'by another name of the registry',
      read('liuyizhou', link('demo:v1', 'registry.example.com'), link('base')),
    ],
    ['for the person as the directory compares names', read('LiuYizhou', link('demo:v1'), link('base'))],
  ])('reads the same question %s', (_, other) => {
    expect(other.fingerprint).toBe(asked.fingerprint);
  });

  it.each([
    ['another person', read('ada', link('demo:v1'), link('base'))],
    ['another tag', read('liuyizhou', link('demo:v2'), link('base'))],
    ['a tag of other case', read('liuyizhou', link('demo:V1'), link('base'))],
    ['a digest beside the tag', read('liuyizhou', link(`demo:v1@${digest}`), link('base'))],
    ['one link less', read('liuyizhou', link('demo:v1'))],
    ['one link more', read('liuyizhou', link('demo:v1'), link('base'), link('more:v1'))],
  ])('reads another question for %s', (_, other) => {
    expect(other.fingerprint).not.toBe(asked.fingerprint);
  });

  it('points to the link that is wrong', () => {
    let thrown: unknown;
    try {
      read('liuyizhou', link('demo:v1'), 'https://harbor.example.com/user-liuyizhou/demo:v1');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ kind: 'invalid', errors: [{ pointer: '/links/1' }] });
  });

  it('has each link once where only that counts', () => {
    const twice = read('liuyizhou', link('demo:v1'), link('base'), link('demo:v1'));
    expect(distinctLinks(twice).map(({ name }) => name)).toEqual([
      'user-liuyizhou/demo:v1',
      'user-liuyizhou/base:latest',
    ]);
  });
});
