import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { AuditFeedService } from '../../src/tag-rule/feed/audit-feed.service';
import { TagHistory } from '../../src/tag-rule/tag-history.service';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';
import { TagRecordsService } from '../../src/tag-rule/tag-records.service';
import { Violation } from '../../src/tag-rule/violations/violation.entity';
import { skopeo as skopeoBinary } from '../servers/skopeo';
import { holdTasks } from './hold-tasks';
import { callHarbor, Client, startTestSandbox } from './journey';
import { writeOciLayout } from './oci-layout';
import { Skopeo, type SkopeoResult } from './skopeo';

const PROJECT = 'user-liuyizhou';

describe('the audit log of Harbor', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let dataSource: DataSource;
  let liu: Client;
  let login: { username: string; password: string };

  const push = async (tag: string, content: string, platforms?: { os: string; architecture: string }[]) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project: PROJECT, repository: 'demo', tag },
      ...login,
      content,
      ...(platforms === undefined ? {} : { platforms }),
    });
  const harbor = async (method: string, path: string, body?: unknown) =>
    callHarbor(sandbox, sandbox.harborAdmin, method, path, body);
  const recordOf = async (tag: string) =>
    dataSource.getRepository(TagRecord).findOneBy({ project: PROJECT, repository: 'demo', tag });
  const violationsOf = async (tag: string) =>
    dataSource.getRepository(Violation).find({ where: { tag }, order: { id: 'ASC' } });
  const until = async <T>(look: () => Promise<T | null | false>): Promise<T> => {
    for (;;) {
      const found = await look();
      if (found !== null && found !== false) return found;
      await sleep(20);
    }
  };
  /** Waits until the feed has seen the tag there. */
  const noticed = async (tag: string, digest: string | null) =>
    until(async () => {
      const record = await recordOf(tag);
      return record !== null && record.currentDigest === digest ? record : null;
    });
  const liftRule = async () => {
    const path = `/projects/${PROJECT}/immutabletagrules`;
    const [rule] = (await harbor('GET', path)).body as { id: number }[];
    await harbor('PUT', `${path}/${rule?.id ?? 0}`, { ...rule, disabled: true });
  };
  const newestRowId = async () => {
    const rows = (await harbor('GET', '/auditlog-exts?sort=-id&page_size=1')).body as { id: number }[];
    return rows[0]?.id ?? 0;
  };
  const historyOf = async (tag: string) => {
    const link = `${sandbox.harbor.address}/${PROJECT}/demo:${tag}`;
    const found = (await liu.get('/images')).body.items as { id: string; link: string }[];
    const id =
      found.find((image) => image.link === link)?.id ??
      String((await liu.post('/images', { link, description: tag, taskType: 'pytorch' })).body.id);
    return (await liu.get(`/images/${id}/history?count=true`)).body as {
      items: Record<string, unknown>[];
      total: number;
    };
  };

  beforeAll(async () => {
    sandbox = await startTestSandbox({
      env: { AUDIT_FEED: 'on', WEBHOOK_URL: 'off', DRIFT_REPAIR: 'none', HOLDS: 'off' },
    });
    dataSource = sandbox.app.get<DataSource>(getDataSourceToken());
    await holdTasks(dataSource, 'sweeps');
    liu = await Client.login(sandbox, 'liuyizhou');
    const { body } = await liu.post('/account/credentials', {});
    login = { username: String(body.username), password: String(body.password) };
    await until(async () => sandbox.app.get(AuditFeedService).find());
  });
  afterAll(async () => sandbox.forget());

  it('tells of a push, when it was and who', async () => {
    const digest = await push('v1', 'one');
    expect(await noticed('v1', digest)).toMatchObject({ recordedDigest: digest, checkedBy: 'feed' });
    const { items, total } = await historyOf('v1');
    expect(total).toBe(1);
    expect(items).toMatchObject([{ digest, looked: true, source: 'feed', changedBy: 'liuyizhou', jobs: [] }]);
  });

  it('tells of a move that was undone before anybody looked', async () => {
    const [first, second] = [await push('v2', 'two'), await push('v3', 'three')];
    await noticed('v2', first);
    await liftRule();
    sandbox.harbor.faults.add({ kind: 'status', path: /auditlog-exts/ });
    await push('v2', 'three');
    await push('v2', 'two');
    sandbox.harbor.faults.clear();
    const { items } = await until(async () => {
      const history = await historyOf('v2');
      return history.total === 3 ? history : null;
    });
    expect(items).toMatchObject([
      { digest: first, looked: true, changedBy: 'liuyizhou' },
      { digest: second, looked: false, source: 'feed', changedBy: 'liuyizhou' },
      { digest: first, looked: true },
    ]);
    expect(await violationsOf('v2')).toEqual([]);
  });

  it('tells who moved a tag that was put back before the log was read', async () => {
    const first = await push('back', 'back');
    await noticed('back', first);
    await historyOf('back');
    sandbox.harbor.faults.add({ kind: 'status', path: /auditlog-exts/ });
    const toDigest = await push('back', 'moved');
    const link = `${sandbox.harbor.address}/${PROJECT}/demo:back`;
    const images = (await liu.get('/images')).body.items as { id: string; link: string }[];
    await liu.post(`/images/${images.find((image) => image.link === link)?.id}/check`, {});
    const [open] = await violationsOf('back');
    expect(await liu.post(`/violations/${open?.id}/restore`, {})).toMatchObject({
      status: 200,
      body: { state: 'restored', changedBy: null },
    });
    sandbox.harbor.faults.clear();
    const told = await until(async () => {
      const violations = await violationsOf('back');
      return violations.every(({ changedBy }) => changedBy !== null) && violations;
    });
    expect(told).toMatchObject([{ state: 'restored', toDigest, changedBy: 'liuyizhou' }]);
    // Restoring put the rule on again.
    await liftRule();
  });

  it('is asked again for rows that come late', async () => {
    const next = (await newestRowId()) + 1;
    sandbox.harbor.lateAuditRows.add(next);
    await push('late', 'late');
    await noticed('v4', await push('v4', 'four'));
    expect(await recordOf('late')).toBeNull();
    sandbox.harbor.lateAuditRows.clear();
    const record = await until(() => recordOf('late'));
    expect(record.checkedBy).toBe('feed');
  });

  it('is read on from where it was, after Harbor was away', async () => {
    await sandbox.harbor.faults.down();
    await sleep(1_200);
    await sandbox.harbor.faults.up();
    const digest = await push('v5', 'five');
    expect((await noticed('v5', digest)).recordedDigest).toBe(digest);
  });

  it('that begins anew is read from there', async () => {
    const feed = await until(async () => sandbox.app.get(AuditFeedService).find());
    await dataSource.query('UPDATE audit_feeds SET lastId = ?, version = version + 1', [
      feed.lastId + 100_000,
    ]);
    Object.assign(sandbox.app.get(AuditFeedService), { restartLookedAtMs: Number.NEGATIVE_INFINITY });
    await until(async () => (await sandbox.app.get(AuditFeedService).find())?.restartedAt);
    const digest = await push('v6', 'six');
    expect((await noticed('v6', digest)).recordedDigest).toBe(digest);
  });

  it('that is off in Harbor is noticed by what it does not tell', async () => {
    await noticed('v7', await push('v7', 'seven'));
    const history = sandbox.app.get(TagHistory);
    const untold = async () => history.countUntold(new Date(0), new Date());
    const before = await untold();
    await harbor('PUT', '/configurations', { skip_audit_log_database: true });
    const digest = await push('v7', 'eight');
    await sandbox.app.get(TagRecordsService).check({ project: PROJECT, repository: 'demo', tag: 'v7' });
    await harbor('PUT', '/configurations', { skip_audit_log_database: false });
    expect(await noticed('v7', digest)).toMatchObject({ checkedBy: 'check', state: 'moved' });
    expect(await untold()).toBe(before + 1);
  });

  describe('tells of every move that skopeo can make:', () => {
    const link = (tag: string) => `${sandbox.harbor.address}/${PROJECT}/demo:${tag}`;
    let skopeo: Skopeo;
    let layout: string;

    beforeAll(async () => {
      skopeo = new Skopeo(skopeoBinary());
      await skopeo.login(sandbox.harbor.address, login.username, login.password);
      layout = writeOciLayout('of skopeo');
      const platforms = ['amd64', 'arm64'].map((architecture) => ({ os: 'linux', architecture }));
      await push('index', 'index', platforms);
    });
    afterAll(() => rmSync(layout, { recursive: true }));

    /** Each makes its move of a tag that was seen before. */
    const moves: Record<string, (tag: string) => Promise<SkopeoResult>> = {
      'a push over it': (tag) => skopeo.push(layout, link(tag)),
      'the same image in another format': (tag) => skopeo.pushAsDocker(layout, link(tag)),
      'a copy of another tag': (tag) => skopeo.copy(link('v1'), link(tag)),
      'an index in place of an image': (tag) => skopeo.copyAll(link('index'), link(tag)),
      'one platform of an index': (tag) => skopeo.copy(link('index'), link(tag)),
      'a deletion, and a push after it': async (tag) => {
        expect(await skopeo.delete(link(tag))).toMatchObject({ exitCode: 0 });
        await noticed(tag, null);
        return skopeo.push(layout, link(tag));
      },
      'its image alone, and the tag set by Harbor’s API': async (tag) => {
        const other = writeOciLayout('alone');
        const index = JSON.parse(readFileSync(join(other, 'index.json'), 'utf8')) as {
          manifests: [{ digest: string }];
        };
        const [{ digest }] = index.manifests;
        const pushed = await skopeo.push(other, `${sandbox.harbor.address}/${PROJECT}/demo@${digest}`);
        const artifacts = `/projects/${PROJECT}/repositories/demo/artifacts`;
        const before = (await recordOf(tag))?.currentDigest;
        const asOwner = async (method: string, path: string, body?: unknown) =>
          (await callHarbor(sandbox, login, method, `${artifacts}/${path}`, body)).status;
        expect(await asOwner('DELETE', `${before}/tags/${tag}`)).toBe(200);
        expect(await asOwner('POST', `${digest}/tags`, { name: tag })).toBe(201);
        return pushed;
      },
      'a push over Latest, which is not latest': (tag) => skopeo.push(layout, link(tag)),
    };

    it(Object.keys(moves).join(', '), async () => {
      const made = Object.entries(moves).map(async ([name, move], index) => {
        const tag = name.includes('Latest') ? 'Latest' : `s${index}`;
        const recordedDigest = await push(tag, name);
        await noticed(tag, recordedDigest);
        expect(await move(tag)).toMatchObject({ exitCode: 0 });
        const digest = await skopeo.digest(link(tag));
        expect(digest).not.toBe(recordedDigest);
        expect(await noticed(tag, digest)).toMatchObject({ recordedDigest, state: 'moved' });
        // The row that says who it was may come after the one that had the tag looked at.
        const told = await until(async () => {
          const violations = await violationsOf(tag);
          return violations.every(({ changedBy }) => changedBy !== null) && violations;
        });
        expect(told).toMatchObject([
          { state: 'open', fromDigest: recordedDigest, toDigest: digest, changedBy: 'liuyizhou' },
        ]);
      });
      await Promise.all(made);
    });

    it('and, of an index in its place, one of its platforms', async () => {
      const index = await noticed('s3', await skopeo.digest(link('index')));
      expect(await skopeo.copy(link('index'), link('s3'))).toMatchObject({ exitCode: 0 });
      const child = await noticed('s3', await skopeo.digest(link('s3')));
      expect(child.currentDigest).not.toBe(index.currentDigest);
      expect(await violationsOf('s3')).toMatchObject([{ state: 'ended' }, { state: 'open' }]);
      const { items } = await historyOf('index');
      const platforms = items[0]?.platforms as { digest: string }[];
      expect(platforms.map(({ digest }) => digest)).toContain(child.currentDigest);
      const held = `${link('index')}@${child.currentDigest ?? ''}`;
      const imported = await liu.post('/images', { link: held, description: 'held', taskType: 'pytorch' });
      expect(imported).toMatchObject({ status: 201, body: { platforms: [{ digest: child.currentDigest }] } });
    });
  });
});
