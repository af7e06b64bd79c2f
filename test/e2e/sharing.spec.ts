import { randomUUID } from 'node:crypto';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { EVERYTHING } from '../../src/changes/change-key';
import { Changes } from '../../src/changes/changes';
import { Clock } from '../../src/common/clock';
import { HarborHttp } from '../../src/harbor/harbor-http';
import { callHarbor, Client, startTestSandbox, untilHarborAnswers } from './journey';

const codesOf = (image: object) =>
  ('warnings' in image ? (image.warnings as { code: string }[]) : []).map(({ code }) => code);

describe('sharing images', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let grace: Client;
  let scheduler: Client;
  let aheadMs = 0;
  let images = 0;

  const link = (repository: string, project = 'user-liuyizhou') =>
    `${sandbox.harbor.address}/${project}/${repository}:v1`;
  const image = { description: 'An image', taskType: 'pytorch' };

  /** Pushes and imports it. */
  async function imported(owner = liu, project = 'user-liuyizhou') {
    const repository = `image-${++images}`;
    await pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project, repository, tag: 'v1' },
      ...sandbox.harborAdmin,
      content: repository,
    });
    const { status, body } = await owner.post('/images', { link: link(repository, project), ...image });
    expect(status).toBe(201);
    return { id: String(body.id), link: link(repository, project) };
  }

  /** In the directory; what is returned logs in. */
  function newcomer(username: string): () => Promise<Client> {
    const password = `pw-${username}`;
    sandbox.directory.add({ username, password, displayName: username, email: null }, randomUUID());
    return async () => {
      const { body } = await new Client(sandbox.url).post('/auth/login', { username, password });
      return new Client(sandbox.url, String(body.accessToken));
    };
  }

  async function idsOf(person: Client, scope: string): Promise<string[]> {
    const { body } = await person.get(`/images?scope=${scope}&limit=200`);
    return (body as { items: { id: string }[] }).items.map(({ id }) => id);
  }

  async function lookup(username: string, of: string) {
    return scheduler.lookup({ link: of, for: username });
  }

  /** Their memory goes by another clock than ours, and keeps nothing for longer than a minute. */
  const forgetLookups = () => sandbox.app.get(Changes).announce([EVERYTHING]);

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    const clock = sandbox.app.get(Clock);
    jest.spyOn(clock, 'now').mockImplementation(() => new Date(Date.now() + aheadMs));
    [liu, ada, grace] = await Promise.all([
      Client.login(sandbox, 'liuyizhou'),
      Client.login(sandbox, 'ada'),
      Client.login(sandbox, 'grace'),
    ]);
    scheduler = Client.scheduler(sandbox);
    expect((await liu.post('/account/credentials', {})).status).toBe(201);
    expect((await grace.post('/projects', { name: 'team-vision' })).status).toBe(201);
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('shows an image to a person who never logged in before, for jobs, and takes it back', async () => {
    const login = newcomer('zhang');
    const shared = await imported();
    const share = await liu.put(`/images/${shared.id}/shares/person/zhang`, {});
    expect(share).toMatchObject({
      status: 200,
      body: {
        kind: 'person',
        name: 'zhang',
        sharedBy: 'liuyizhou',
        warnings: [{ code: 'share.warning.jobs-only' }],
      },
    });
    const zhang = await login();
    expect(await idsOf(zhang, 'shared')).toEqual([shared.id]);
    expect(await idsOf(zhang, 'available')).toEqual([shared.id]);
    expect(await idsOf(zhang, 'mine')).toEqual([]);
    expect(await zhang.get(`/images/${shared.id}`)).toMatchObject({
      status: 200,
      body: { owner: 'liuyizhou', seenAs: 'shared', warnings: [{ code: 'image.warning.jobs-only' }] },
    });
    expect((await zhang.get(`/images/${shared.id}/changes`)).status).toBe(200);
    expect((await zhang.post(`/images/${shared.id}/check`)).body.state).toBe('as-recorded');
    expect(await lookup('zhang', shared.link)).toMatchObject({ status: 200, body: { imageId: shared.id } });

    expect((await liu.delete(`/images/${shared.id}/shares/person/zhang`)).status).toBe(204);
    expect(await idsOf(zhang, 'shared')).toEqual([]);
    expect((await zhang.get(`/images/${shared.id}`)).body.code).toBe('image.not-found');
    const { body: absent } = await zhang.get(`/images/${randomUUID()}`);
    const { body: hidden } = await zhang.get(`/images/${shared.id}`);
    expect({ ...hidden, instance: '', requestId: '' }).toEqual({ ...absent, instance: '', requestId: '' });
    expect((await lookup('zhang', shared.link)).status).toBe(404);
  });

  it('tells whoever imported what was shared with him nothing new of it once it is taken back', async () => {
    const login = newcomer('qian');
    const shared = await imported();
    await liu.put(`/images/${shared.id}/shares/person/qian`, {});
    const qian = await login();
    const { status, body: own } = await qian.post('/images', { link: shared.link, ...image });
    expect(status).toBe(201);
    const told = async () => [
      (await qian.post(`/images/${String(own.id)}/check`)).status,
      (await qian.get(`/images/${String(own.id)}/history`)).status,
    ];
    expect(await told()).toEqual([200, 200]);
    await liu.delete(`/images/${shared.id}/shares/person/qian`);
    expect(await told()).toEqual([404, 404]);
    expect((await qian.get(`/images/${String(own.id)}`)).status).toBe(200);
  });

  it('tells with whom it was shared to its owner and admins, and to nobody else', async () => {
    const shared = await imported();
    await liu.put(`/images/${shared.id}/shares/person/ada`, {});
    await liu.put(`/images/${shared.id}/shares/group/vision-lab`, {});
    await liu.delete(`/images/${shared.id}/shares/group/vision-lab`);
    await liu.patch(`/images/${shared.id}`, { description: 'Described' });
    const changesAs = async (person: Client) => {
      const { body } = await person.get(`/images/${shared.id}/changes?count=true`);
      const items = body.items as { field: string; from: unknown; to: unknown; username: string }[];
      return { total: body.total, changes: items.map(({ field, from, to }) => [field, from, to]) };
    };
    const all = {
      total: 4,
      changes: [
        ['description', image.description, 'Described'],
        ['sharedWith', ['group/vision-lab'], []],
        ['sharedWith', [], ['group/vision-lab']],
        ['sharedWith', [], ['person/ada']],
      ],
    };
    expect(await changesAs(liu)).toEqual(all);
    expect(await changesAs(grace)).toEqual(all);
    expect(await changesAs(ada)).toEqual({ total: 1, changes: all.changes.slice(0, 1) });
  });

  it('leaves what is shared to its owner: to change, to delete, to share', async () => {
    const shared = await imported();
    await liu.put(`/images/${shared.id}/shares/person/ada`, {});
    const forbidden = { status: 403, body: { code: 'image.not-owner' } };
    expect(await ada.patch(`/images/${shared.id}`, { description: 'Mine now' })).toMatchObject(forbidden);
    expect(await ada.get(`/images/${shared.id}/shares`)).toMatchObject(forbidden);
    expect(await ada.put(`/images/${shared.id}/shares/person/grace`, {})).toMatchObject(forbidden);
    expect(await ada.delete(`/images/${shared.id}/shares/person/ada`)).toMatchObject(forbidden);
    expect(await ada.put(`/images/${shared.id}/visibility`, { visibility: 'public' })).toMatchObject(
      forbidden,
    );
    expect((await ada.delete(`/images/${shared.id}`)).status).toBe(204);
    expect(await liu.get(`/images/${shared.id}`)).toMatchObject({ body: { description: 'An image' } });
    expect((await liu.delete(`/images/${shared.id}`)).status).toBe(204);
    expect((await ada.get(`/images/${shared.id}`)).status).toBe(404);
  });

  it('lists the shares in pages, and shares once however often it is asked', async () => {
    const shared = await imported();
    const shares = `/images/${shared.id}/shares`;
    for (const who of ['person/ada', 'group/Vision-Lab', 'person/ADA', 'person/grace']) {
      expect((await liu.put(`${shares}/${who}`, {})).status).toBe(200);
    }
    const first = await liu.get(`${shares}?limit=2&count=true`);
    expect(first.body).toMatchObject({
      total: 3,
      items: [
        { kind: 'person', name: 'ada', displayName: 'Ada Lovelace' },
        { kind: 'group', name: 'vision-lab' },
      ],
    });
    const second = await liu.get(`${shares}?limit=2&cursor=${String(first.body.nextCursor)}`);
    expect(second.body).toMatchObject({ items: [{ name: 'grace' }], nextCursor: null });
    const { items } = (await grace.get('/admin/audit?limit=200')).body as {
      items: { action: string; target: string }[];
    };
    const name = shared.link.slice(shared.link.indexOf('/') + 1);
    const rows = items
      .filter(({ target }) => target.startsWith(name))
      .map((row) => `${row.action} ${row.target}`);
    expect(rows.reverse()).toEqual(
      [
        `image.imported ${shared.link}`,
        `image.shared ${name} person ada`,
        `image.shared ${name} group vision-lab`,
        `image.shared ${name} person grace`,
      ].slice(1),
    );
  });

  it.each([
    ['person/nobody', 404, 'person.not-found'],
    ['group/nobody', 404, 'group.not-found'],
    ['group/vision*', 404, 'group.not-found'],
    ['person/liuyizhou', 409, 'share.with-owner'],
    ['team/vision-lab', 422, 'share.kind'],
  ])('does not share with %s', async (whom, status, code) => {
    const { id } = await imported();
    expect(await liu.put(`/images/${id}/shares/${whom}`, {})).toMatchObject({ status, body: { code } });
    expect((await liu.get(`/images/${id}/shares`)).body.items).toEqual([]);
  });

  it('shows an image to the members of a group, and to those who left it for 15 minutes at most', async () => {
    const login = newcomer('wang');
    sandbox.directory.setGroup('night-lab', ['wang', 'ada']);
    const shared = await imported();
    expect((await liu.put(`/images/${shared.id}/shares/group/night-lab`, {})).status).toBe(200);
    expect(await idsOf(await login(), 'shared')).toContain(shared.id);
    expect((await lookup('wang', shared.link)).status).toBe(200);
    sandbox.directory.setGroup('night-lab', ['ada']);
    aheadMs += 14 * 60_000;
    forgetLookups();
    // A lookup waits briefly for a slow directory.
    while ((await lookup('wang', shared.link)).status !== 404)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await idsOf(await login(), 'shared')).toEqual([]);
    [liu, ada, grace] = await Promise.all([
      Client.login(sandbox, 'liuyizhou'),
      Client.login(sandbox, 'ada'),
      Client.login(sandbox, 'grace'),
    ]);
    expect(await idsOf(ada, 'shared')).toContain(shared.id);
  });

  it('believes the groups it knows while the directory is away, for a day', async () => {
    const login = newcomer('zhao');
    sandbox.directory.setGroup('day-lab', ['zhao']);
    const shared = await imported();
    await liu.put(`/images/${shared.id}/shares/group/day-lab`, {});
    await login();
    await sandbox.directory.down();
    aheadMs += 60 * 60_000;
    forgetLookups();
    expect((await lookup('zhao', shared.link)).status).toBe(200);
    aheadMs += 24 * 60 * 60_000;
    forgetLookups();
    expect((await lookup('zhao', shared.link)).status).toBe(404);
    await sandbox.directory.up();
    [liu, ada, grace] = await Promise.all([
      Client.login(sandbox, 'liuyizhou'),
      Client.login(sandbox, 'ada'),
      Client.login(sandbox, 'grace'),
    ]);
  });

  it('asks for the role that Harbor would ask for, each time, and for none to take a share back', async () => {
    const member = '/projects/team-vision/members/ada';
    await grace.put(member, { role: 'developer' });
    const { id } = await imported(ada, 'team-vision');
    const share = `/images/${id}/shares/person/liuyizhou`;
    expect(await ada.put(share, {})).toMatchObject({ status: 403, body: { code: 'project.role-too-low' } });
    await grace.put(member, { role: 'maintainer' });
    expect((await ada.put(share, {})).status).toBe(200);
    await grace.put(member, { role: 'guest' });
    expect((await ada.put(`/images/${id}/shares/group/speech-lab`, {})).status).toBe(403);
    expect((await ada.delete(share)).status).toBe(204);
    expect((await ada.get(`/images/${id}/shares`)).body.items).toEqual([]);
  });

  it('gives no more than its giver has', async () => {
    const member = '/projects/team-vision/members/ada';
    await grace.put(member, { role: 'maintainer' });
    const shared = await imported(ada, 'team-vision');
    await ada.put(`/images/${shared.id}/shares/person/liuyizhou`, {});
    expect(await lookup('liuyizhou', shared.link)).toMatchObject({
      status: 200,
      body: { imageId: shared.id },
    });
    await grace.delete(member);
    aheadMs += 31_000;
    // What Harbor said before is answered for 50 ms at most while it is asked again.
    while ((await lookup('liuyizhou', shared.link)).status !== 404)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await lookup('ada', shared.link)).status).toBe(404);
  });

  it('tells what becomes of an image to those alone who may run it, in lists too', async () => {
    const member = '/projects/team-vision/members/ada';
    await grace.put(member, { role: 'maintainer' });
    const shared = await imported(ada, 'team-vision');
    const readAs = async (person: Client) => {
      const { body } = await person.get(`/images/${shared.id}`);
      return { state: body.state, digest: body.currentDigest, warnings: codesOf(body) };
    };
    const listedAs = async (person: Client) => {
      const { body } = await person.get('/images?scope=available&limit=200');
      const item = (body.items as Record<string, unknown>[]).find(({ id }) => id === shared.id) ?? {};
      return { state: item.state, digest: item.currentDigest, warnings: codesOf(item) };
    };
    // A list waits for nothing: where what was known ended meanwhile, a later one knows.
    const listedWith = async (person: Client, warnings: string[]) => {
      for (;;) {
        const listed = await listedAs(person);
        if (listed.state !== undefined && listed.warnings.join() === warnings.join()) return listed;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const told = { state: 'as-recorded', digest: expect.stringMatching(/^sha256:/) as string };
    const notTold = { state: 'unknown', digest: null, warnings: ['image.warning.no-right'] };
    expect(await readAs(ada)).toEqual({ ...told, warnings: [] });
    expect(await listedWith(ada, [])).toEqual({ ...told, warnings: [] });
    await ada.put(`/images/${shared.id}/shares/person/liuyizhou`, {});
    const inJobs = { ...told, warnings: ['image.warning.jobs-only'] };
    expect(await readAs(liu)).toEqual(inJobs);
    expect(await listedWith(liu, inJobs.warnings)).toEqual(inJobs);
    await grace.delete(member);
    expect(await readAs(ada)).toEqual(notTold);
    expect(await listedWith(ada, notTold.warnings)).toEqual(notTold);
    expect(await readAs(liu)).toEqual(notTold);
    // Of both nobody asked since: the list has it asked, and the next one knows.
    await grace.put(member, { role: 'guest' });
    expect(await listedWith(liu, inJobs.warnings)).toEqual(inJobs);
    expect((await ada.patch(`/images/${shared.id}`, { description: 'Ours' })).body).toMatchObject({
      state: 'as-recorded',
    });
    await grace.delete(member);
    expect((await ada.patch(`/images/${shared.id}`, { description: 'Still mine' })).body).toMatchObject({
      description: 'Still mine',
      state: 'unknown',
    });
  });

  describe('while Harbor has not said yet who may run it', () => {
    const listedAs = async (person: Client, id: string, query = '') => {
      const { body } = await person.get(`/images?scope=available&limit=200${query}`);
      const item = (body.items as Record<string, unknown>[]).find((one) => one.id === id);
      return item === undefined ? null : { state: item.state, warnings: codesOf(item) };
    };
    afterEach(async () => {
      sandbox.harbor.faults.clear();
      await sandbox.harbor.faults.up();
      await untilHarborAnswers(sandbox);
    });

    it('tells nothing that no rule gives, not by a filter either, and all of it where the rule is known', async () => {
      await grace.put('/projects/team-vision/members/ada', { role: 'maintainer' });
      const known = await imported(ada, 'team-vision');
      // A member whom Berth did not make.
      expect((await grace.post('/projects', { name: 'team-harbor' })).status).toBe(201);
      const { body: users } = await callHarbor(
        sandbox,
        sandbox.harborAdmin,
        'GET',
        '/users?q=username%3Dada',
      );
      const [user] = users as { user_id: number }[];
      const member = { role_id: 4, member_user: { user_id: user?.user_id } };
      const path = '/projects/team-harbor/members';
      expect((await callHarbor(sandbox, sandbox.harborAdmin, 'POST', path, member)).status).toBe(201);
      const unknown = await imported(ada, 'team-harbor');
      const shared = await imported();
      await liu.put(`/images/${shared.id}/shares/person/ada`, {});
      const told = { state: 'as-recorded', warnings: [] };
      while ((await listedAs(ada, unknown.id))?.state !== 'as-recorded')
        await new Promise((resolve) => setTimeout(resolve, 50));

      await sandbox.harbor.faults.down();
      forgetLookups();
      expect(await listedAs(ada, known.id)).toEqual(told);
      expect(await listedAs(ada, shared.id)).toEqual(told);
      expect(await listedAs(ada, unknown.id)).toEqual({
        state: 'unknown',
        warnings: ['image.warning.right-unknown'],
      });
      expect(await listedAs(ada, unknown.id, '&state=as-recorded')).toBeNull();
      expect(await listedAs(ada, known.id, '&state=as-recorded')).toEqual(told);
      await sandbox.harbor.faults.up();
      while ((await listedAs(ada, unknown.id, '&state=as-recorded')) === null)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await listedAs(ada, unknown.id)).toEqual(told);
    });

    it('changes one’s image without waiting for a Harbor that hangs', async () => {
      await grace.put('/projects/team-vision/members/ada', { role: 'maintainer' });
      const { id } = await imported(ada, 'team-vision');
      sandbox.harbor.faults.add({ kind: 'hang' });
      forgetLookups();
      const send = Reflect.get(HarborHttp.prototype, 'send');
      let ended = 0;
      const sends = jest.spyOn(HarborHttp.prototype, 'send').mockImplementation(async function (
        this: HarborHttp,
        ...call
      ) {
        return send.apply(this, call).finally(() => (ended += 1));
      });
      const changed = await ada.patch(`/images/${id}`, { description: 'Mine' });
      sends.mockRestore();
      expect(changed).toMatchObject({ status: 200, body: { description: 'Mine' } });
      expect(ended).toBe(0);
      await sandbox.harbor.faults.down();
    });
  });

  it('warns of images whose project’s owner has left', async () => {
    const login = newcomer('li');
    const li = await login();
    expect((await li.post('/account/credentials', {})).status).toBe(201);
    const { id } = await imported(li, 'user-li');
    await li.put(`/images/${id}/shares/person/ada`, {});
    expect((await grace.post('/admin/persons/li/offboard', {})).status).toBe(200);
    expect(codesOf((await ada.get(`/images/${id}`)).body)).toContain('image.warning.owner-left');
    const { items } = (await ada.get('/images?scope=shared&limit=200')).body as { items: { id: string }[] };
    expect(codesOf(items.find((item) => item.id === id) ?? {})).toContain('image.warning.owner-left');
  });

  it('lets those with whom it is shared import it, for as long as it is shared', async () => {
    const shared = await imported();
    expect((await ada.post('/images/preview', { link: shared.link })).status).toBe(404);
    await liu.put(`/images/${shared.id}/shares/person/ada`, {});
    expect((await ada.post('/images/preview', { link: shared.link })).status).toBe(200);
    const own = await ada.post('/images', { link: shared.link, ...image });
    expect(own.status).toBe(201);
    expect(await lookup('ada', shared.link)).toMatchObject({ status: 200, body: { imageId: own.body.id } });
    await liu.delete(`/images/${shared.id}/shares/person/ada`);
    expect((await lookup('ada', shared.link)).status).toBe(404);
  });

  it('is no more for one who is offboarded, until he is back', async () => {
    const login = newcomer('qian');
    await login();
    const shared = await imported();
    const shown = await imported();
    await liu.put(`/images/${shared.id}/shares/person/qian`, {});
    await grace.put(`/images/${shown.id}/visibility`, { visibility: 'public' });
    expect((await lookup('qian', shared.link)).status).toBe(200);
    expect((await grace.post('/admin/persons/qian/offboard', {})).status).toBe(200);
    expect((await lookup('qian', shared.link)).status).toBe(404);
    expect((await lookup('qian', shown.link)).status).toBe(200);
    expect((await grace.post('/admin/persons/qian/restore')).status).toBe(200);
    expect((await lookup('qian', shared.link)).status).toBe(200);
  });

  it('is made public by admins alone, and seen by everybody, also by whom Berth does not know', async () => {
    const shown = await imported();
    const visibility = `/images/${shown.id}/visibility`;
    expect(await liu.put(visibility, { visibility: 'public' })).toMatchObject({
      status: 403,
      body: { code: 'image.public-by-admins' },
    });
    expect(await grace.put(visibility, { visibility: 'public' })).toMatchObject({
      status: 200,
      body: { visibility: 'public', seenAs: 'public', owner: 'liuyizhou' },
    });
    expect(await idsOf(ada, 'public')).toContain(shown.id);
    expect((await lookup('nobody-knows-me', shown.link)).status).toBe(200);
    expect((await liu.get(`/images/${shown.id}/changes`)).body.items).toMatchObject([
      { username: 'grace', field: 'visibility', from: 'private', to: 'public' },
    ]);
    expect(await liu.put(visibility, { visibility: 'private' })).toMatchObject({ status: 200 });
    expect((await ada.get(`/images/${shown.id}`)).status).toBe(404);
    expect(await idsOf(ada, 'public')).not.toContain(shown.id);
    expect((await lookup('nobody-knows-me', shown.link)).status).toBe(404);
  });
});

describe('a site whose owners make images public, without groups', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { IMAGES_PUBLIC_BY_OWNERS: 'true', LDAP_GROUP_BASE_DN: '' } });
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('lets who imported an image show it to everybody, with the role for it, and nobody share with groups', async () => {
    const liu = await Client.login(sandbox, 'liuyizhou');
    const ada = await Client.login(sandbox, 'ada');
    const grace = await Client.login(sandbox, 'grace');
    await liu.post('/account/credentials', {});
    await grace.post('/projects', { name: 'team-vision' });
    await grace.put('/projects/team-vision/members/ada', { role: 'guest' });
    const imported = async (person: Client, project: string) => {
      const link = { project, repository: 'demo', tag: 'v1' };
      const login = { registryUrl: sandbox.harbor.url, ...sandbox.harborAdmin };
      await pushTinyImage({ ...login, link, content: project });
      const { body } = await person.post('/images', {
        link: `${sandbox.harbor.address}/${project}/demo:v1`,
        description: 'An image',
        taskType: 'pytorch',
      });
      return `/images/${String(body.id)}`;
    };
    const own = await imported(liu, 'user-liuyizhou');
    expect(await liu.put(`${own}/visibility`, { visibility: 'public' })).toMatchObject({
      status: 200,
      body: { visibility: 'public', seenAs: 'own' },
    });
    expect((await ada.get(own)).body).toMatchObject({ seenAs: 'public' });
    expect(await liu.put(`${own}/shares/group/vision-lab`, {})).toMatchObject({
      status: 409,
      body: { code: 'group.not-configured' },
    });
    const theirs = await imported(ada, 'team-vision');
    expect(await ada.put(`${theirs}/visibility`, { visibility: 'public' })).toMatchObject({
      status: 403,
      body: { code: 'project.role-too-low', params: { role: 'guest' } },
    });
  });
});
