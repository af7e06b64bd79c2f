import fc from 'fast-check';
import { readHint } from './hint';

const PROJECT = 'user-liuyizhou';
const DIGEST = `sha256:${'a'.repeat(64)}`;

function body(type: string, resources: unknown, fullName = `${PROJECT}/nvidia-pytorch`): string {
  const content = { resources, repository: { repo_full_name: fullName } };
  return JSON.stringify({ type, occur_at: 1795300000, operator: 'liuyizhou', event_data: content });
}

describe('a webhook', () => {
  it('names the tags to look at', () => {
    const resources = [{ digest: DIGEST, tag: '24.12-v1.2.2' }, { tag: 'latest' }];
    expect(readHint(PROJECT, body('PUSH_ARTIFACT', resources))).toEqual({
      tags: [
        { repository: 'nvidia-pytorch', tag: '24.12-v1.2.2' },
        { repository: 'nvidia-pytorch', tag: 'latest' },
      ],
      digests: [],
    });
  });

  it('is read as a CloudEvent, too', () => {
    const content = { resources: [{ tag: 'v1' }], repository: { repo_full_name: `${PROJECT}/team/app` } };
    const event = JSON.stringify({ specversion: '1.0', type: 'harbor.artifact.deleted', data: content });
    expect(readHint(PROJECT, event)).toEqual({ tags: [{ repository: 'team/app', tag: 'v1' }], digests: [] });
  });

  it.each([
    ['a pull', body('PULL_ARTIFACT', [{ tag: 'v1' }])],
    ['a push by digest', body('PUSH_ARTIFACT', [{ tag: DIGEST }])],
    ['a signature', body('PUSH_ARTIFACT', [{ tag: `${DIGEST.replace(':', '-')}.sig` }])],
    ['a hold of our own', body('PUSH_ARTIFACT', [{ tag: 'berth-hold-1' }])],
    ['a full quota', JSON.stringify({ type: 'QUOTA_EXCEED' })],
  ])('that tells of %s names nothing', (_, text) => {
    expect(readHint(PROJECT, text)).toEqual({ tags: [], digests: [] });
  });

  it('that tells of a deleted artifact names its digest', () => {
    const digests = [{ repository: 'nvidia-pytorch', digest: DIGEST }];
    expect(readHint(PROJECT, body('DELETE_ARTIFACT', [{ tag: DIGEST }]))).toEqual({ tags: [], digests });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"type":'],
    ['no object', '"PUSH_ARTIFACT"'],
    ['no type', '{}'],
    ['no content', JSON.stringify({ type: 'PUSH_ARTIFACT' })],
    ['another project', body('PUSH_ARTIFACT', [{ tag: 'v1' }], 'user-ada/nvidia-pytorch')],
    ['a project that only begins alike', body('PUSH_ARTIFACT', [{ tag: 'v1' }], `${PROJECT}2/app`)],
    ['no repository', body('PUSH_ARTIFACT', [{ tag: 'v1' }], `${PROJECT}/`)],
    ['no resources', body('PUSH_ARTIFACT', { tag: 'v1' })],
    ['no tag', body('PUSH_ARTIFACT', [{}])],
    ['what is no tag', body('PUSH_ARTIFACT', [{ tag: '../v1' }])],
    ['very many', body('PUSH_ARTIFACT', Array(101).fill({ tag: 'v1' }))],
  ])('with %s cannot be read', (_, text) => {
    expect(readHint(PROJECT, text)).toBeNull();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, text) => {
        readHint(PROJECT, json);
        readHint(PROJECT, text);
        readHint(PROJECT, body('PUSH_ARTIFACT', [JSON.parse(json)]));
      }),
    );
  });
});
