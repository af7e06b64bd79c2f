import { pushTinyImage, type RegistryLogin, type TinyImageOptions } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { skopeo as skopeoBinary } from '../servers/skopeo';
import { callHarbor, Client, startTestSandbox, untilHarborAnswers } from './journey';
import { writeOciLayout } from './oci-layout';
import { cosignSignature, helmChart, pushArtifact, referrer, signatureTag } from './push-artifact';
import { Skopeo } from './skopeo';

type Row = Record<string, unknown>;

/** What is in a project, of every kind that people push, before anything of it is imported. */
describe('browsing', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let grace: Client;
  let login: RegistryLogin;
  let skopeo: Skopeo;
  let indexed: string;
  let signed: string;
  const project = '/projects/user-liuyizhou';
  const push = async (repository: string, tag: string, more: Partial<TinyImageOptions> = {}) =>
    pushTinyImage({
      ...login,
      link: { project: 'user-liuyizhou', repository, tag },
      content: `${repository}:${tag}`,
      ...more,
    });
  const tagsOf = async (repository: string, query = '', client = liu) =>
    client.get(`${project}/repositories/${encodeURIComponent(repository)}/tags${query}`);
  const rowsOf = async (repository: string) => (await tagsOf(repository)).body.items as Row[];
  const rowOf = async (repository: string, tag: string) =>
    (await rowsOf(repository)).find((row) => row.tag === tag);

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    [liu, ada, grace] = await Promise.all([
      Client.login(sandbox, 'liuyizhou'),
      Client.login(sandbox, 'ada'),
      Client.login(sandbox, 'grace'),
    ]);
    const { body } = await liu.post('/account/credentials', {});
    const { username, password } = body;
    login = { registryUrl: sandbox.harbor.url, username: String(username), password: String(password) };
    skopeo = new Skopeo(skopeoBinary());
    await skopeo.login(sandbox.harbor.address, login.username, login.password);

    const platforms = [
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
      { os: 'linux', architecture: 'amd64' },
    ];
    const link = (path: string) => `${sandbox.harbor.address}/user-liuyizhou/${path}`;
    indexed = await push('team/nested/app', 'source', { platforms });
    await skopeo.copyAll(link('team/nested/app:source'), link('team/nested/app:v1'));
    await skopeo.pushAsDocker(writeOciLayout('docker'), link('docker:v1'));
    await pushArtifact(login, 'user-liuyizhou/charts/app', helmChart('app', '0.1.0'), '0.1.0');
    signed = await push('signed', 'v1');
    await pushArtifact(login, 'user-liuyizhou/signed', cosignSignature(signed), signatureTag(signed));
    await pushArtifact(
      login,
      'user-liuyizhou/signed',
      cosignAttestation(signed),
      signatureTag(signed, 'att'),
    );
    await pushArtifact(login, 'user-liuyizhou/signed', referrer(signed, 'application/spdx+json'));
  });
  afterAll(async () => {
    await sandbox.forget();
  });
  afterEach(async () => {
    sandbox.harbor.faults.clear();
    await sandbox.harbor.faults.up();
    await untilHarborAnswers(sandbox);
  });

  it('lists the repositories by page, those with slashes too', async () => {
    const first = await liu.get(`${project}/repositories?limit=3&count=true`);
    expect(first).toMatchObject({ status: 200, body: { total: 4 } });
    const cursor = String(first.body.nextCursor);
    const second = await liu.get(`${project}/repositories?limit=3&cursor=${cursor}`);
    expect(second.body.nextCursor).toBeNull();
    const names = [...(first.body.items as Row[]), ...(second.body.items as Row[])].map(({ name }) => name);
    expect(names).toEqual(['team/nested/app', 'docker', 'charts/app', 'signed']);
  });

  it('shows an index that skopeo copied with its platforms', async () => {
    expect(await rowOf('team/nested/app', 'v1')).toMatchObject({
      digest: indexed,
      kind: 'index',
      mediaType: 'application/vnd.oci.image.index.v1+json',
      platforms: [{ architecture: 'arm64', variant: 'v8' }, { architecture: 'amd64' }],
      movable: false,
      imageId: null,
      violation: null,
      signed: false,
      hasSbom: false,
      vulnerabilities: null,
      pulledAt: null,
      accessories: [],
    });
  });

  it('shows a docker schema 2 image and a Helm chart as what they are', async () => {
    expect(await rowOf('docker', 'v1')).toMatchObject({
      kind: 'image',
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      platforms: [{ os: 'linux', architecture: 'amd64' }],
    });
    expect(await rowOf('charts/app', '0.1.0')).toMatchObject({ kind: 'helm-chart', platforms: [] });
  });

  it('shows signatures and referrers with their image, and an attestation tag as what it is', async () => {
    const rows = await rowsOf('signed');
    expect(rows.map(({ tag }) => tag)).toEqual([signatureTag(signed, 'att'), 'v1']);
    expect(rows[0]).toMatchObject({
      kind: 'other',
      platforms: [],
      attachment: 'attestation',
      attachedTo: signed,
      movable: true,
    });
    expect(rows[1]).toMatchObject({
      digest: signed,
      kind: 'image',
      attachment: null,
      signed: true,
      hasSbom: true,
    });
    const accessories = rows[1]?.accessories as Row[];
    expect(accessories.map(({ kind, type }) => ({ kind, type }))).toEqual(
      expect.arrayContaining([
        { kind: 'signature', type: 'signature.cosign' },
        { kind: 'sbom', type: 'subject.accessory' },
      ]),
    );
  });

  it('pages the tags, two tags of one digest and all', async () => {
    for (const tag of ['a', 'b', 'c']) await push('paged', tag, { content: 'the same' });
    await push('paged', 'latest', { content: 'newer' });
    const seen: Row[] = [];
    for (let query = '?limit=1', more = true; more;) {
      const { status, body } = await tagsOf('paged', query);
      expect(status).toBe(200);
      seen.push(...(body.items as Row[]));
      more = typeof body.nextCursor === 'string';
      query = `?limit=1&cursor=${body.nextCursor as string}`;
    }
    expect(seen.map(({ tag, movable }) => [tag, movable])).toEqual([
      ['latest', true],
      ['a', false],
      ['b', false],
      ['c', false],
    ]);
    expect(await tagsOf('paged', '?count=true')).toMatchObject({ status: 400 });
  });

  it('reads more tags than Harbor has in a page', async () => {
    for (let at = 0; at < 105; at += 15) {
      const some = Array.from({ length: 15 }, (_, offset) => at + offset);
      await Promise.all(some.map((number) => push('many', `n${number}`)));
    }
    const { body } = await tagsOf('many', '?limit=200');
    const names = (body.items as Row[]).map(({ tag }) => tag);
    expect(new Set(names).size).toBe(105);
    expect(names).toHaveLength(105);
    expect(body.nextCursor).toBeNull();
  });

  it('says which I imported, and which are not what they were', async () => {
    await push('moving', 'v1', { content: 'one' });
    const link = `${sandbox.harbor.address}/user-liuyizhou/moving:v1`;
    const imported = await liu.post('/images', { link, description: 'An image', taskType: 'pytorch' });
    const { id, recordedDigest } = imported.body;
    expect(await rowOf('moving', 'v1')).toMatchObject({ imageId: id, violation: null });
    const rules = `${project}/immutabletagrules`;
    const [rule] = (await callHarbor(sandbox, login, 'GET', rules)).body as { id: number }[];
    await callHarbor(sandbox, login, 'PUT', `${rules}/${rule?.id}`, { ...rule, disabled: true });
    const moved = await push('moving', 'v1', { content: 'two' });
    await callHarbor(sandbox, login, 'PUT', `${rules}/${rule?.id}`, { ...rule, disabled: false });
    expect(await rowOf('moving', 'v1')).toMatchObject({ digest: moved, violation: { recordedDigest } });
    const admins = (await tagsOf('moving', '', grace)).body.items as Row[];
    expect(admins).toMatchObject([{ tag: 'v1', imageId: null, violation: { recordedDigest } }]);
  });

  it('tells somebody else the same of a private project as of none', async () => {
    const bodies = await Promise.all(
      [`${project}/repositories`, '/projects/none/repositories', `${project}/repositories/signed/tags`].map(
        async (path) => {
          const { status, body } = await ada.get(path);
          return { status, code: body.code, params: body.params, detail: body.detail };
        },
      ),
    );
    expect(bodies[0]).toMatchObject({ status: 404, code: 'project.not-found' });
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[2]).toEqual(bodies[0]);
  });

  it('does not show what Harbor hides, whatever Berth remembers', async () => {
    await grace.post('/projects', { name: 'team-open', visibility: 'public' });
    expect(await ada.get('/projects/team-open/repositories')).toMatchObject({ status: 200 });
    const hidden = await callHarbor(sandbox, sandbox.harborAdmin, 'PUT', '/projects/team-open', {
      metadata: { public: 'false' },
    });
    expect(hidden.status).toBe(200);
    expect(await ada.get('/projects/team-open/repositories')).toMatchObject({ status: 404 });
  });

  it.each(['none', 'Upper', 'a//b', 'a/../b', '%'])('has no repository %j', async (name) => {
    expect(await tagsOf(name)).toMatchObject({ status: 404, body: { code: 'repository.not-found' } });
  });

  it('is 503 while the registry is away', async () => {
    await sandbox.harbor.faults.down();
    expect(await liu.get(`${project}/repositories`)).toMatchObject({ status: 503 });
    expect(await tagsOf('signed')).toMatchObject({ status: 503, body: { code: 'harbor.unavailable' } });
  });
});

/** An attestation of an older cosign: an artifact under a tag, which Harbor does not take for an accessory. */
function cosignAttestation(of: string): ReturnType<typeof cosignSignature> {
  const { config, layer } = cosignSignature(of);
  return { config, layer: { ...layer, mediaType: 'application/vnd.dsse.envelope.v1+json' } };
}
