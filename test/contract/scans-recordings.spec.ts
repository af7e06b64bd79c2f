import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import nock from 'nock';
import { HarborClient } from '../../src/harbor/harbor.client';
import type { RecordedExchange } from './recordings';

const HARBOR = 'http://harbor.test';
const recording = JSON.parse(readFileSync(join(__dirname, 'recordings', 'scans-2.15.2.json'), 'utf8')) as {
  sections: { scans: RecordedExchange[] };
};

describe('listShownArtifacts() and a recorded Harbor 2.15.2 with a scanner', () => {
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

  it('reads the scan of each', async () => {
    const recorded = recording.sections.scans.find(({ name }) => name === 'list of artifacts with overviews');
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
      .reply(200, JSON.stringify(recorded?.response.body), { 'content-type': 'application/json' });
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
});
