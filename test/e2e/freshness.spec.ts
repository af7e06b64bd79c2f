import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, IsNull, Not } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { MetricsServer } from '../../src/metrics/metrics-server';
import { AuditFeed } from '../../src/tag-rule/feed/audit-feed.entity';
import { TagDigest } from '../../src/tag-rule/tag-digest.entity';
import { Client, startTestSandbox } from './journey';

const DASHBOARD = join(__dirname, '..', '..', 'docker', 'grafana', 'berth.json');
const PUSHES = 5;

interface Panel {
  type: string;
  title: string;
  targets?: { expr: string }[];
  gridPos: { x: number; y: number; w: number; h: number };
}

describe('GET /freshness', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let grace: Client;
  const metrics = async (): Promise<string> => {
    const { port } = sandbox.app.get(MetricsServer).address ?? { port: 0 };
    return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  };

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { METRICS_PORT: '0', AUDIT_FEED: 'on' } });
    grace = await Client.login(sandbox, 'grace');
    const liu = await Client.login(sandbox, 'liuyizhou');
    await liu.post('/account/credentials', {});
    const feeds = sandbox.app.get(DataSource).getRepository(AuditFeed);
    while ((await feeds.count()) === 0) await sleep(20);
    const digests = sandbox.app.get(DataSource).getRepository(TagDigest);
    const pushed = Array.from({ length: PUSHES }, (_, number) => `v${number}`);
    for (const tag of pushed) {
      await pushTinyImage({
        registryUrl: sandbox.harbor.url,
        link: { project: 'user-liuyizhou', repository: 'demo', tag },
        ...sandbox.harborAdmin,
        content: tag,
      });
    }
    while ((await digests.countBy({ changedAt: Not(IsNull()) })) < PUSHES) await sleep(20);
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('says how soon each push was known, by what noticed it first', async () => {
    const { status, body } = await grace.get('/freshness');
    expect(status).toBe(200);
    const delays = body.delays as { source: string; changes: number; p50Ms: number; p99Ms: number }[];
    const any = delays.find(({ source }) => source === 'any');
    expect(any?.changes).toBe(PUSHES);
    const changes = delays.filter(({ source }) => source !== 'any').map((delay) => delay.changes);
    expect(changes.reduce((sum, one) => sum + one, 0)).toBe(PUSHES);
    expect(any?.p50Ms).toBeLessThanOrEqual(any?.p99Ms ?? 0);
    expect(any?.p50Ms).toBeGreaterThanOrEqual(0);
    expect(body).toMatchObject({
      openDrift: 0,
      feed: { state: 'reading', lostRows: 0 },
      sweeps: { alarms: [] },
    });
    expect(Date.parse(String(body.oldestCheckAt))).toBeLessThanOrEqual(Date.parse(String(body.measuredAt)));
  });

  it('is for operators, the scheduler and the platform', async () => {
    expect((await Client.scheduler(sandbox).get('/freshness')).status).toBe(200);
    expect((await (await Client.login(sandbox, 'ada')).get('/freshness')).status).toBe(403);
  });

  it('tells the same as metrics', async () => {
    const text = await metrics();
    expect(text).toMatch(/^berth_noticed_delay_seconds\{source="any",quantile="0.99"\} \d/m);
    expect(text).toMatch(/^berth_sweep_alarms_open 0$/m);
    expect(text).toMatch(/^berth_oldest_check_age_seconds \d/m);
  });

  it('is drawn by a dashboard whose names are those of the metrics, every one', async () => {
    const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: Panel[] };
    const drawn = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const named = new Set(drawn.flatMap((expr) => expr.match(/\bberth_[a-z_]+/g) ?? []));
    const known = new Set(
      [...(await metrics()).matchAll(/^# TYPE (berth_\S+) (\S+)$/gm)].map(([, name = '', type]) =>
        type === 'histogram' ? `${name}_bucket` : name,
      ),
    );
    // Of servers alone: SQLite has no connections.
    known.add('berth_database_connections');
    const withoutCounts = [...named].map((name) => name.replace(/_seconds_count$/, '_seconds_bucket'));
    expect(new Set(withoutCounts)).toEqual(known);
  });

  it('is drawn by a dashboard on which no panel lies on another', () => {
    const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: Panel[] };
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});
