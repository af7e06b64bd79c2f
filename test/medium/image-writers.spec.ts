import { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import { ImageAudience } from '../../src/images/sharing/image-audience.entity';
import { ImageTerm } from '../../src/images/lists/image-term.entity';
import { Image } from '../../src/images/image.entity';
import { ownerAudience } from '../../src/images/sharing/audience';
import type { Client } from '../e2e/journey';
import { Replicas } from '../e2e/replicas';
import type { TestDatabase } from '../servers/mariadb';
import { engines } from './database-engines';
import { listedUnder } from './image-world';

const WRITERS = 50;

describe.each([
  ['two replicas on one MariaDB', 2, engines.mariadb],
  ['one Berth on SQLite', 1, engines.sqlite],
])('fifty writers of %s', (_name, replicas, makeDatabase) => {
  let database: TestDatabase;
  let world: Replicas;
  let clients: Client[];

  const push = async (tag: string) => {
    const { harbor, harborAdmin } = world.around;
    const link = { project: 'user-p001', repository: 'app', tag };
    await pushTinyImage({ registryUrl: harbor.url, link, ...harborAdmin, content: tag });
    return `${harbor.address}/user-p001/app:${tag}`;
  };
  const clientOf = (number: number): Client => {
    const client = clients[number % clients.length];
    if (client === undefined) throw new Error('nobody logged in');
    return client;
  };

  /** What lists and searches read is what the image says. */
  async function expectListed(id: string): Promise<void> {
    const { manager } = world.apps[0]!.get(DataSource);
    const image = await manager.findOneByOrFail(Image, { id });
    const audiences = await manager.findBy(ImageAudience, { imageId: id });
    const audience = ownerAudience(image.personId);
    expect(audiences).toEqual([{ audience, imageId: id, personId: image.personId, name: image.name }]);
    const stored = await manager.findBy(ImageTerm, { imageId: id });
    const expected = listedUnder({ image, audiences: [] });
    const byTerm = (a: ImageTerm, b: ImageTerm) => (a.term < b.term ? -1 : 1);
    expect(stored.sort(byTerm)).toEqual(expected.sort(byTerm));
  }

  beforeAll(async () => {
    database = await makeDatabase();
    world = await Replicas.start({ databaseUrl: database.url, replicas, people: 1 });
    clients = await world.login('p001');
    await clientOf(0).post('/account/credentials', {});
  });
  afterAll(async () => {
    await world.stop();
    await database.drop();
  });

  it('lose no change of an image: each that was answered follows from the one before', async () => {
    const link = await push('changed');
    const { body } = await clientOf(0).post('/images', { link, description: 'first', taskType: 'pytorch' });
    const path = `/images/${String(body.id)}`;
    const answers = await Promise.all(
      Array.from({ length: WRITERS }, (_, number) =>
        clientOf(number).patch(path, { description: `by ${number}` }),
      ),
    );
    const written = answers
      .filter(({ status }) => status === 200)
      .map(({ body: image }) => image.description);
    expect(answers.filter(({ status }) => status !== 200 && status !== 412)).toEqual([]);
    const { items } = (await clientOf(1).get(`${path}/changes?limit=200`)).body as {
      items: { from: string; to: string }[];
    };
    const changes = items.reverse();
    expect(changes.map(({ to }) => to).sort()).toEqual(written.sort());
    expect(changes.map(({ from }) => from)).toEqual(['first', ...changes.slice(0, -1).map(({ to }) => to)]);
    expect((await clientOf(1).get(path)).body.description).toBe(changes.at(-1)?.to);
    await expectListed(String(body.id));
  });

  it('import one image once', async () => {
    const links = await Promise.all(Array.from({ length: 5 }, (_, number) => push(`many-${number}`)));
    const answers = await Promise.all(
      Array.from({ length: WRITERS }, (_, number) => {
        const link = links[number % links.length];
        return clientOf(number).post('/images', {
          link,
          description: `大模型 ${number}`,
          taskType: 'pytorch',
        });
      }),
    );
    const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
    expect([count(201), count(409)]).toEqual([links.length, WRITERS - links.length]);
    const found = await clientOf(1).get('/images?q=大模型&limit=200&count=true');
    expect(found.body).toMatchObject({ total: links.length, totalIsExact: true });
  });

  it('edit and delete an image at once, and leave nothing of it', async () => {
    const link = await push('gone');
    const { body } = await clientOf(0).post('/images', { link, description: 'edited', taskType: 'pytorch' });
    const id = String(body.id);
    const edits = Array.from({ length: 20 }, (_, number) =>
      clientOf(number).patch(`/images/${id}`, { description: `edited ${number}` }),
    );
    const gone = clientOf(1).delete(`/images/${id}`);
    for (const { status } of await Promise.all(edits)) expect([200, 404, 412]).toContain(status);
    expect((await gone).status).toBe(204);
    const { manager } = world.apps[0]!.get(DataSource);
    expect(await manager.countBy(Image, { id })).toBe(0);
    expect(await manager.countBy(ImageTerm, { imageId: id })).toBe(0);
    expect(await manager.countBy(ImageAudience, { imageId: id })).toBe(0);
  });
});
