import { API_PREFIX } from '../../src/app.setup';
import { describeApi } from '../../src/common/openapi-document';
import type { Sandbox } from '../../sandbox/sandbox';
import { CALLERS, cellsOf, ROUTES, type Caller } from './access-table';
import { AccessWorld } from './access-world';
import { startTestSandbox } from './journey';

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;

/** Those who may change something come last. */
const IN_ORDER: readonly Caller[] = [
  ...CALLERS.filter((caller) => caller !== 'person' && caller !== 'admin' && caller !== 'acting'),
  'admin',
  'acting',
  'person',
];

describe('who may call what', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let world: AccessWorld;

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    world = await AccessWorld.make(sandbox);
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('is said in the table for every route of the OpenAPI document, and for no other', () => {
    const served = Object.entries(describeApi(sandbox.app).paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method] !== undefined).map(
        (method) => `${method.toUpperCase()} ${path.replace(`/${API_PREFIX}`, '')}`,
      ),
    );
    expect([...ROUTES].sort()).toEqual(served.sort());
  });

  it('is told with what each route is for, in a sentence and more', () => {
    const silent = Object.entries(describeApi(sandbox.app).paths).flatMap(([path, item]) =>
      METHODS.filter((method) => {
        const { summary, description } = item[method] ?? { summary: '-', description: '-' };
        return !summary || !description;
      }).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(silent).toEqual([]);
  });

  it.each(ROUTES)('%s', async (route) => {
    const expected = cellsOf(route);
    const actual: Partial<Record<Caller, string>> = {};
    for (const caller of IN_ORDER) {
      const call = await world.callFor(route, caller);
      const { status, body } = await world.send(route, caller, call);
      const is2xx = status >= 200 && status < 300;
      const isSame = is2xx && expected[caller] === 'same' && (await call.isThere?.()) === true;
      actual[caller] = isSame
        ? 'same'
        : is2xx
          ? '2xx'
          : status < 405 && status > 400
            ? `${status}`
            : `${status} ${body}`;
    }
    expect(actual).toEqual(expected);
  });
});
