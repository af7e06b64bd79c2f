import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { DataSource as AppDataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import { BackgroundTasks } from '../../src/background/background-tasks';
import { createDataSource, dataSourceOptions } from '../../src/database/data-source';
import { Metrics } from '../../src/metrics/metrics';
import { HintsService } from '../../src/tag-rule/hints/hints.service';
import type { Client } from '../e2e/journey';
import { Replicas } from '../e2e/replicas';
import type { TestDatabase } from '../servers/mariadb';
import { databaseConfig, engines } from './database-engines';
import { fillTables } from './filler';
import { Listening, type Statement } from './listening';
import { planOf } from './statement-plan';

const ROWS = 4_000;
const IMAGE = { description: 'An image', taskType: 'pytorch' };
const P1 = 'user-p001';
const P2 = 'user-p002';

/** Tables that have no more rows than there are of what they count. */
const SMALL = new Map([
  ['audit_feeds', 'one row'],
  ['background_leases', 'a row for each task'],
  ['installations', 'one row'],
  ['offboarding_rounds', 'one row'],
  ['reconcile_rounds', 'one row'],
  ['replicas', 'a row for each replica'],
  ['rule_exemptions', 'a row for each tag that is being deleted or put back'],
  ['service_tokens', 'a row for each scheduler or platform'],
  ['sweep_alarms', 'a row for each project with an alarm'],
  ['sweep_projects', 'a row for each project, read to say how sweeps stand'],
]);

/** What has to read all, or all but a few. */
const WHOLE: readonly [RegExp, string][] = [
  [/^SELECT COUNT\(1\)/, 'counted now and then for metrics and admins, in an index'],
  [/^SELECT DISTINCT .record.\..project./, 'each minute, in an index: projects whose sweeps are due'],
  [
    /FROM .projects. .Project. WHERE \(\(NOT\(.Project.\..harborProjectId. IS NULL\)\)\)/,
    'nearly all have one',
  ],
  [/FROM .persons. .Person. WHERE \(\(.Person.\..offboardedAt. IS NULL\)/, 'nearly all are here, each hour'],
  [/^SELECT DISTINCT .image.\..project.*FROM .job_images./, 'SQLite alone, which is for small sites'],
];

/** All that Berth asks of its database while people, schedulers, admins and background work do what they do. */
describe.each(Object.entries(engines))('statements on %s', (_, create) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let statements: Statement[];

  beforeAll(async () => {
    database = await create();
    statements = await statementsOf(database.url);
    dataSource = await createDataSource(dataSourceOptions(databaseConfig(database.url))).initialize();
    await fillTables(dataSource, ROWS);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('read no table whole', async () => {
    const bad: string[] = [];
    for (const statement of statements) {
      if (WHOLE.some(([text]) => text.test(statement.sql))) continue;
      for (const { table, reads, text } of await planOf(dataSource, statement)) {
        if (SMALL.has(table)) continue;
        // In the order of an index, as far as a page goes, when each row fits.
        const isPage =
          reads === 'index' && / LIMIT /.test(statement.sql) && !/ WHERE (?!1 = 1)/.test(statement.sql);
        if (reads !== 'some' && !isPage) bad.push(`${text}\n${statement.sql}`);
      }
    }
    expect(bad).toEqual([]);
  });

  it('are many', () => {
    expect(statements.length).toBeGreaterThan(150);
  });
});

/** Each distinct statement once, but INSERTs of values. */
async function statementsOf(databaseUrl: string): Promise<Statement[]> {
  const world = await Replicas.start({
    databaseUrl,
    replicas: 1,
    people: 3,
    withAdmin: true,
    env: { HOLDS: 'on', SWEEP_CALLS_PER_SECOND: '1000', PROJECTS_BY_PERSONS: 'true' },
  });
  const listening = new Listening();
  try {
    const [app] = world.apps;
    if (app === undefined) throw new Error('there is one');
    app.get(AppDataSource).setOptions({ logging: ['query'], logger: listening });
    await work(world, app);
  } finally {
    await world.stop();
  }
  const distinct = new Map<string, Statement>();
  for (const statement of listening.asked) {
    const text = statement.sql.replace(/\(\?(?:, ?\?)*\)/g, '(…)').replace(/(?:\(…\)(?:, )?)+/g, '(…)');
    if (/^\s*(?:SELECT|UPDATE|DELETE|WITH)/i.test(text)) distinct.set(text, statement);
  }
  return [...distinct.values()];
}

type App = Replicas['apps'][number];

async function work(world: Replicas, app: App): Promise<void> {
  const [p1] = await world.login('p001');
  const [p2] = await world.login('p002');
  const [scheduler] = await world.schedulers();
  if (p1 === undefined || p2 === undefined || scheduler === undefined)
    throw new Error('there is one replica');
  await p1.post('/account/credentials', {});
  await p2.post('/account/credentials', {});
  const images = await catalog(world, p1, p2);
  await scheduling(world, scheduler);
  await moves(world, app, p1, images);
  await projects(p1, p2);
  await removals(p1);
  await administration(p1, images);
  await background(app);
  await app.get(Metrics).render();
  await p1.post('/auth/logout', {});
}

const push = async (world: Replicas, project: string, name: string, content = name): Promise<string> => {
  const [repository = '', tag = ''] = name.split(':');
  const { harbor, harborAdmin } = world.around;
  return pushTinyImage({
    registryUrl: harbor.url,
    ...harborAdmin,
    link: { project, repository, tag },
    content,
  });
};

/** Berth may put the rule back in between. */
async function move(world: Replicas, name: string, content: string): Promise<void> {
  const rules = `/projects/${P1}/immutabletagrules`;
  for (;;) {
    for (const { id } of (await inHarbor(world, 'GET', rules)) as { id: number }[]) {
      await inHarbor(world, 'DELETE', `${rules}/${id}`);
    }
    const moved = await push(world, P1, name, content).catch(() => null);
    if (moved !== null) return;
  }
}

const linkOf = (world: Replicas, project: string, name: string): string =>
  `${world.around.harbor.address}/${project}/${name}`;

async function catalog(world: Replicas, p1: Client, p2: Client): Promise<string[]> {
  for (const name of ['app:v1', 'app:v2', 'app:v3', 'app:latest', 'old:v1', 'old:v2']) {
    await push(world, P1, name);
    await push(world, P2, name);
  }
  const images: string[] = [];
  for (const name of ['app:v1', 'app:v2', 'app:latest']) {
    await p1.post('/images/preview', { link: linkOf(world, P1, name) });
    images.push(String((await p1.post('/images', { link: linkOf(world, P1, name), ...IMAGE })).body.id));
    await p2.post('/images', { link: linkOf(world, P2, name), ...IMAGE });
  }
  await p1.post('/images/batch', { images: [{ link: linkOf(world, P1, 'app:v3'), ...IMAGE }] });
  await p1.post('/images', { link: linkOf(world, P1, 'app:absent'), ...IMAGE });
  const [id = ''] = images;
  await p1.patch(`/images/${id}`, { description: 'Another', labels: ['vision'] });
  await p1.put(`/images/${id}/shares/person/p002`, {});
  await p1.put(`/images/${id}/visibility`, { visibility: 'public' });
  for (const path of ['', '/shares', '/changes', '/history']) await p1.get(`/images/${id}${path}`);
  await p1.post(`/images/${id}/check`);
  await p1.get('/images?scope=available');
  await p2.delete(`/images/${id}/shares/person/p002`);
  return images;
}

async function scheduling(world: Replicas, scheduler: Client): Promise<void> {
  const links = ['app:v1', 'app:latest'].map((name) => linkOf(world, P1, name));
  for (const link of links) await scheduler.lookup({ link, for: 'p001' });
  await scheduler.post('/lookup', { for: 'p001', links });
  await scheduler.lookup({ link: linkOf(world, P1, 'app:v3'), for: 'p003' });
  await scheduler.get('/lookup/available?for=p001');
  await scheduler.put('/jobs/job-1/images', { for: 'p001', links, ttlSeconds: 600 });
  const { body } = await scheduler.post('/pull-secrets', {
    for: 'p001',
    jobId: 'job-1',
    links,
    ttlSeconds: 600,
  });
  await scheduler.put('/jobs/job-1/images', { for: 'p001', links, ttlSeconds: 600 });
  await scheduler.delete(`/pull-secrets/${String(body.id)}`);
  await scheduler.delete('/jobs/job-1');
  await scheduler.put('/jobs/job-2/images', { for: 'p001', links, ttlSeconds: 600 });
}

async function moves(world: Replicas, app: App, p1: Client, images: readonly string[]): Promise<void> {
  const hints = app.get(HintsService);
  const hint = (repository: string, tag: string): void => {
    const told = { resources: [{ tag }], repository: { repo_full_name: `${P1}/${repository}` } };
    hints.accept(P1, JSON.stringify({ type: 'PUSH_ARTIFACT', event_data: told }));
  };
  const latest = await push(world, P1, 'app:latest');
  for (const name of ['app:v1', 'app:v2', 'old:v1', 'app:latest']) await move(world, name, `moved ${name}`);
  await move(world, 'old:v1', 'moved twice');
  await inHarbor(world, 'DELETE', `/projects/${P1}/repositories/old/artifacts/v2`);
  hint('app', 'v1');
  hint('old', 'v2');
  while (hints.busy > 0) await sleep(20);
  await sweep(p1);
  const open = (await p1.get('/violations?state=open&count=true')).body.items as { id: string }[];
  const [first, second] = open.map(({ id }) => id);
  await p1.get(`/violations/${first}`);
  await p1.post(`/violations/${first}/restore`);
  await p1.post(`/violations/${second}/acknowledge`, { reason: 'meant', acceptNewDigest: true });
  await p1.post(`/images/${images[2]}/check`);
  await p1.post(`/images/${images[2]}/rollback`, { digest: latest });
  await move(world, 'app:v3', 'moved again');
  await p1.post(`/images/${images[0]}/check`);
  await p1.put(`/projects/${P1}/policies`, { tagRule: 'restore' });
  await p1.get(`/projects/${P1}/policies`);
  await sweep(p1);
  await p1.get('/freshness');
}

async function projects(p1: Client, p2: Client): Promise<void> {
  await p1.post('/projects', { name: 'team-a', description: 'A team', quotaBytes: 1_000_000_000 });
  const team = '/projects/team-a';
  await p1.put(`${team}/members/p002`, { role: 'developer' });
  for (const path of [
    '',
    '/members',
    '/members/p002',
    '/usage',
    '/repositories',
    '/commands?client=docker',
  ]) {
    await p1.get(`${team}${path}`);
  }
  await p1.get(`/projects/${P1}/repositories/app/tags`);
  await p2.get('/projects');
  const { body: request } = await p1.post(`/projects/${P1}/quota-requests`, {
    quotaBytes: 2_000_000_000_000,
    reason: 'more',
  });
  await p1.get(`/projects/${P1}/quota-requests`);
  await p1.get('/admin/quota-requests');
  await p1.post(`/projects/${P1}/quota-requests/${String(request.id)}/grant`, {});
  const { body: robot } = await p1.post(`/projects/${P1}/robots`, { name: 'ci', access: 'push' });
  await p1.get(`/projects/${P1}/robots`);
  await p1.post(`/projects/${P1}/robots/${String(robot.id)}/rotate`, { overlapSeconds: 60 });
  await p1.delete(`/projects/${P1}/robots/${String(robot.id)}`);
  await p1.delete(`${team}/members/p002`);
  await p1.delete(team);
}

async function removals(p1: Client): Promise<void> {
  const path = `/projects/${P1}/repositories`;
  await p1.delete(`${path}/app/tags/v3?dryRun=true`);
  await p1.delete(`${path}/app/tags/v3`);
  await p1.delete(`${path}/old`);
}

async function administration(p1: Client, images: readonly string[]): Promise<void> {
  await p1.post('/admin/reconcile', {});
  for (;;) {
    const { body } = await p1.get('/admin/reconcile');
    if (body.running !== true && body.state !== 'running') break;
    await sleep(50);
  }
  for (const path of ['/account', '/account/activity', '/account/login-failures', '/auth/me', '/registry']) {
    await p1.get(path);
  }
  for (const path of [
    'persons',
    'persons/p002',
    'persons?state=absent',
    'offboarding',
    'service-tokens',
    'sweeps',
  ]) {
    await p1.get(`/admin/${path}`);
  }
  await p1.get('/admin/login-failures');
  await p1.post('/admin/persons/p002/offboard', { reason: 'left' });
  await p1.post('/admin/persons/p002/restore', {});
  await p1.post('/account/diagnose', { action: 'push' });
  await p1.delete(`/images/${images[1]}`);
  await p1.post('/images/batch-delete', { ids: [images[2]] });
}

/** Each task as if it were due. */
async function background(app: App): Promise<void> {
  const { signal } = new AbortController();
  const rounds = app.get(BackgroundTasks)['tasks'].filter(({ name }) => name !== 'audit-feed');
  for (const { run } of rounds) await run(signal);
}

async function sweep(admin: Client): Promise<void> {
  await admin.post('/admin/sweeps', {});
  for (;;) {
    const { running, due } = (await admin.get('/admin/sweeps')).body;
    if (running === 0 && due === 0) return;
    await sleep(20);
  }
}

async function inHarbor(world: Replicas, method: string, path: string): Promise<unknown> {
  const { username, password } = world.around.harborAdmin;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const response = await fetch(`${world.around.harbor.url}/api/v2.0${path}`, {
    method,
    headers: { authorization },
  });
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}
