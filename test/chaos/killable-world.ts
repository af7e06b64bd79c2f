import { pushTinyImage } from '../../sandbox/registry-client';
import { postJson } from '../../sandbox/post-json';
import { manyPeople, startSurroundings, type Surroundings } from '../../sandbox/surroundings';
import { BerthProcess, freePort } from './berth-process';

/** The project of the one person. */
const PROJECT = 'user-p001';

/** One person with a project, who is an admin of Berth too, and a Berth that can be killed. */
export class KillableWorld {
  private constructor(
    readonly around: Surroundings,
    readonly berth: BerthProcess,
    private readonly token: string,
  ) {}

  /** @param main the built `src/main.js` */
  static async start(main: string, databaseUrl: string, settings: NodeJS.ProcessEnv): Promise<KillableWorld> {
    const around = await startSurroundings(manyPeople(1).map((person) => ({ ...person, admin: true })));
    const port = await freePort();
    const env = { ...around.env(databaseUrl, port), DRIFT_REPAIR: 'none', ...settings };
    const berth = new BerthProcess(main, env, `http://127.0.0.1:${port}`);
    try {
      await berth.start();
      const [person] = around.people;
      const login = { username: person?.username, password: person?.password };
      const { accessToken } = await postJson<{ accessToken: string }>(
        `${berth.url}/api/v1/auth/login`,
        null,
        login,
      );
      const world = new KillableWorld(around, berth, accessToken);
      await world.ask('POST', '/account/credentials', {});
      return world;
    } catch (error) {
      await berth.kill();
      await around.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.berth.kill();
    await this.around.stop();
  }

  /** As the person, of Berth. */
  async ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    return answerOf(
      await fetch(`${this.berth.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  }

  /** As Harbor's admin, past Berth; `path` is in the project. */
  async inHarbor(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const { username, password } = this.around.harborAdmin;
    const response = await fetch(`${this.around.harbor.url}/api/v2.0/projects/${PROJECT}${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await answerOf(response)).body;
  }

  async rules(): Promise<Record<string, unknown>[]> {
    return (await this.inHarbor('GET', '/immutabletagrules')) as unknown as Record<string, unknown>[];
  }

  /** With the tag rule off for so long. */
  async move(repository: string, tag: string, content: string): Promise<string> {
    const [rule] = await this.rules();
    const path = `/immutabletagrules/${String(rule?.id)}`;
    await this.inHarbor('PUT', path, { ...rule, disabled: true });
    const digest = await this.push(repository, tag, content);
    await this.inHarbor('PUT', path, { ...rule, disabled: false });
    return digest;
  }

  async push(repository: string, tag: string, content: string): Promise<string> {
    const { harbor, harborAdmin } = this.around;
    const link = { project: PROJECT, repository, tag };
    return pushTinyImage({ registryUrl: harbor.url, ...harborAdmin, link, content });
  }

  async digestOf(repository: string, tag: string): Promise<unknown> {
    return (await this.inHarbor('GET', `/repositories/${repository}/artifacts/${tag}`)).digest;
  }

  async importImage(repository: string, tag: string): Promise<string> {
    const link = `${this.around.harbor.address}/${PROJECT}/${repository}:${tag}`;
    const image = { link, description: 'An image', taskType: 'pytorch' };
    return String((await this.ask('POST', '/images', image)).body.id);
  }
}

async function answerOf(response: Response): Promise<{ status: number; body: Record<string, unknown> }> {
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}
