import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import nock from 'nock';
import { HarborClient } from '../../src/harbor/harbor.client';
import type { RecordedExchange } from './recordings';

const HARBOR = 'http://harbor.test';
const recording = JSON.parse(readFileSync(join(__dirname, 'recordings', 'scans-2.15.2.json'), 'utf8')) as {
  sections: { scans: RecordedExchange[] };
};

describe('a client and a recorded Harbor 2.15.2 with a scanner', () => {
  const client = new HarborClient({
    harbor: {
      url: HARBOR,
      username: 'robot$berth',
      password: 'secret',
      ca: null,
      deadlineMs: 2000,
      maxResponseBytes: 1_000_000,
    },
  });
  afterAll(() => {
    client.onModuleDestroy();
  });

  const JSON_TYPE = { 'content-type': 'application/json' };
  const responseOf = (called: string) => {
    const found = recording.sections.scans.find(({ name }) => name === called);
    if (found === undefined) throw new Error(`not recorded: ${called}`);
    return found.response;
  };

  it('reads the scan of each', async () => {
    const { body } = responseOf('list of artifacts with overviews');
    nock(HARBOR)
      .get('/api/v2.0/projects/user-scanned/repositories/app/artifacts')
      .query({
        q: 'tags=*',
        sort: '-id',
        page: '1',
        page_size: '10',
        with_tag: 'true',
        with_accessory: 'true',
        with_scan_overview: 'true',
      })
      .reply(200, JSON.stringify(body), JSON_TYPE);
    const upTo = { project: 'user-scanned', repository: 'app', upToArtifactId: null, limit: 10 };
    expect(await client.listShownArtifacts(upTo)).toMatchObject({
      items: [
        {
          kind: 'image',
          tags: [{ name: 'v1' }],
          scan: { status: 'Success', severity: 'High', counts: { High: 1, Low: 1 }, total: 2, fixable: 1 },
        },
      ],
      hasMore: false,
    });
  });

  it('reads the scan of one', async () => {
    const digest = 'sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b';
    nock(HARBOR)
      .get(`/api/v2.0/projects/user-scanned/repositories/app/artifacts/${digest}`)
      .query({ with_tag: 'false', with_scan_overview: 'true' })
      .reply(200, JSON.stringify(responseOf('GET artifact under that policy').body), JSON_TYPE)
      .get(`/api/v2.0/projects/user-scanned/repositories/app/artifacts/${digest}`)
      .query({ with_tag: 'false', with_scan_overview: 'true' })
      .reply(200, JSON.stringify(responseOf('artifact with its SBOM').body), JSON_TYPE);
    expect(await client.findScanned('user-scanned', 'app', digest)).toMatchObject({ digest, scan: null });
    expect(await client.findScanned('user-scanned', 'app', digest)).toMatchObject({
      digest,
      scan: { status: 'Success', severity: 'High' },
    });
  });

  it('knows what nobody may pull, by HEAD and by GET', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const head = responseOf('HEAD manifest under that policy');
    const got = responseOf('GET manifest under that policy');
    const path = `/v2/user-scanned/app/manifests/${digest}`;
    nock(HARBOR).head(path).reply(head.status, '', JSON_TYPE);
    nock(HARBOR).get(path).reply(got.status, JSON.stringify(got.body), JSON_TYPE);
    expect(await client.isPullRefused('user-scanned', 'app', digest)).toBe(true);
    expect(await client.getManifest('user-scanned', 'app', digest)).toBe('refused');
  });
});
