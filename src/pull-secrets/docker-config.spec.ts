import { dockerConfigJson, kubernetesSecret } from './docker-config';

const LOGIN = { username: 'robot$berth-job-1', password: 'Se"cret:1' };

describe('dockerConfigJson', () => {
  it('is what docker login writes for that registry', () => {
    expect(JSON.parse(dockerConfigJson('harbor.example.com:5000', LOGIN))).toEqual({
      auths: {
        'harbor.example.com:5000': {
          ...LOGIN,
          auth: Buffer.from('robot$berth-job-1:Se"cret:1').toString('base64'),
        },
      },
    });
  });
});

describe('kubernetesSecret', () => {
  it('holds that text as Kubernetes wants it', () => {
    const secret = kubernetesSecret('berth-pull-1', '{"auths":{}}');
    expect(secret).toMatchObject({
      kind: 'Secret',
      metadata: { name: 'berth-pull-1' },
      type: 'kubernetes.io/dockerconfigjson',
    });
    expect(Buffer.from(secret.data['.dockerconfigjson'], 'base64').toString()).toBe('{"auths":{}}');
  });
});
