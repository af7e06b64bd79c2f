import { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { ImageTerm } from '../../src/images/lists/image-term.entity';
import { callHarbor, Client, startTestSandbox } from './journey';

interface Page {
  items: { id: string; description: string; owner: string; seenAs: string; lastUsedAt: string | null }[];
  nextCursor: string | null;
  total?: number;
  totalIsExact?: boolean;
}

/** What people find in the catalog, through the API. */
describe('GET /images', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let grace: Client;
  const ids = new Map<string, string>();

  async function imported(tag: string, description: string, taskType: string, labels: string[]) {
    const link = { project: 'user-liuyizhou', repository: 'nvidia-pytorch', tag };
    const { harbor, harborAdmin } = sandbox;
    await pushTinyImage({ registryUrl: harbor.url, link, ...harborAdmin, content: tag });
    const text = `${harbor.address}/user-liuyizhou/nvidia-pytorch:${tag}`;
    const { status, body } = await liu.post('/images', { link: text, description, taskType, labels });
    expect(status).toBe(201);
    ids.set(description, String(body.id));
  }

  async function list(person: Client, query: string): Promise<Page> {
    const { status, body } = await person.get(`/images?${query}`);
    expect({ query, status }).toEqual({ query, status: 200 });
    return body as unknown as Page;
  }

  const found = async (person: Client, query: string) =>
    (await list(person, query)).items.map(({ description }) => description);

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    liu = await Client.login(sandbox, 'liuyizhou');
    ada = await Client.login(sandbox, 'ada');
    grace = await Client.login(sandbox, 'grace');
    await liu.post('/account/credentials', {});
    await imported('24.12-v1.2.2', 'PyTorch with my data loaders', 'pytorch', ['Vision']);
    await imported('24.11', '深度学习环境', 'jupyter', ['大模型']);
    await imported('latest', 'abc of notebooks', 'jupyter', []);
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it.each([
    ['scope=mine', ['abc of notebooks', '深度学习环境', 'PyTorch with my data loaders']],
    ['sort=oldest', ['PyTorch with my data loaders', '深度学习环境', 'abc of notebooks']],
    ['sort=title', ['abc of notebooks', 'PyTorch with my data loaders', '深度学习环境']],
    ['taskType=jupyter', ['abc of notebooks', '深度学习环境']],
    ['taskType=jupyter&sort=title&limit=1', ['abc of notebooks']],
    ['label=ＶＩＳＩＯＮ', ['PyTorch with my data loaders']],
    ['state=current', ['abc of notebooks']],
    ['platform=linux/amd64&project=user-liuyizhou&kind=image&owner=LiuYiZhou&limit=1', ['abc of notebooks']],
    ['platform=linux/arm64', []],
    ['project=user-ada', []],
    ['owner=nobody', []],
    ['q=学习', ['深度学习环境']],
    ['q=大模型', ['深度学习环境']],
    ['q=24.12%20PYT', ['PyTorch with my data loaders']],
    ['q=nvidia-pytorch', ['abc of notebooks', '深度学习环境', 'PyTorch with my data loaders']],
    ['q=nvidia%20tensorflow', []],
    ['q=-', []],
    ['q=', ['abc of notebooks', '深度学习环境', 'PyTorch with my data loaders']],
    ['q=%20', ['abc of notebooks', '深度学习环境', 'PyTorch with my data loaders']],
  ])('for %s answers %j', async (query, expected) => {
    expect(await found(liu, query)).toEqual(expected);
  });

  it('goes on where the page before ended, in every sort', async () => {
    for (const sort of ['newest', 'oldest', 'title', 'lastUsed', 'largest']) {
      const all = await found(liu, `sort=${sort}`);
      const first = await list(liu, `sort=${sort}&limit=2`);
      const second = await list(liu, `sort=${sort}&limit=2&cursor=${first.nextCursor ?? ''}`);
      expect([...first.items, ...second.items].map(({ description }) => description)).toEqual(all);
      expect(second.nextCursor).toBeNull();
    }
  });

  it('refuses the cursor of another sort', async () => {
    const { nextCursor } = await list(liu, 'sort=title&limit=1');
    expect(await liu.get(`/images?sort=newest&cursor=${nextCursor ?? ''}`)).toMatchObject({
      status: 400,
      body: { code: 'request.malformed' },
    });
  });

  it('says how many there are, and that it counted all', async () => {
    expect(await list(liu, 'taskType=jupyter&limit=1&count=true')).toMatchObject({
      total: 2,
      totalIsExact: true,
    });
  });

  it('shows nobody what he may not see, and all of it to admins who ask for all', async () => {
    for (const scope of ['mine', 'shared', 'public', 'available']) {
      expect(await found(ada, `scope=${scope}&q=pytorch`)).toEqual([]);
    }
    expect(await ada.get('/images?scope=all')).toMatchObject({
      status: 403,
      body: { code: 'auth.forbidden' },
    });
    const { items } = await list(grace, 'scope=all&q=学习');
    expect(items).toMatchObject([{ owner: 'liuyizhou', seenAs: 'admin', lastUsedAt: null }]);
    expect(await found(grace, 'scope=available')).toEqual([]);
  });

  it.each(['scope=theirs', 'sort=size', 'state=lost', 'kind=vm', 'platform=x', 'taskType=caffe', 'label='])(
    'refuses %s',
    async (query) => {
      expect((await liu.get(`/images?${query}`)).status).toBe(422);
    },
  );

  it('finds an image by how its tag stands now', async () => {
    const moved = async (): Promise<string[]> => found(liu, 'state=moved');
    expect(await moved()).toEqual([]);
    const { harbor, harborAdmin } = sandbox;
    const rules = '/projects/user-liuyizhou/immutabletagrules';
    const [rule] = (await callHarbor(sandbox, harborAdmin, 'GET', rules)).body as { id: number }[];
    await callHarbor(sandbox, harborAdmin, 'PUT', `${rules}/${rule?.id}`, { ...rule, disabled: true });
    const link = { project: 'user-liuyizhou', repository: 'nvidia-pytorch', tag: '24.11' };
    await pushTinyImage({ registryUrl: harbor.url, link, ...harborAdmin, content: 'another' });
    await liu.post(`/images/${ids.get('深度学习环境') ?? ''}/check`);
    expect(await moved()).toEqual(['深度学习环境']);
    expect(await found(liu, 'state=as-recorded')).toEqual(['PyTorch with my data loaders']);
  });

  it('finds an image by what it says now', async () => {
    const id = ids.get('abc of notebooks') ?? '';
    await liu.patch(`/images/${id}`, { description: '强化学习', labels: ['nlp'] });
    expect(await found(liu, 'q=notebooks')).toEqual([]);
    expect(await found(liu, 'q=强化&label=NLP&sort=title')).toEqual(['强化学习']);
    await liu.delete(`/images/${id}`);
    expect(await found(liu, 'q=强化')).toEqual([]);
    const terms = sandbox.app.get(DataSource).manager;
    expect(await terms.countBy(ImageTerm, { imageId: id })).toBe(0);
  });
});
