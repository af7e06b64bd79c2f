import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SandboxHarbor } from '../../sandbox/harbor/sandbox-harbor';
import { pushImage, RegistryRepository } from '../../sandbox/registry-client';
import { imageNamed } from './recorded-images';
import type { ImageName } from './recorded-images';
import type { RecordedExchange } from './recordings';
import { ADMIN_PASSWORD, SandboxReplay, type Comparable } from './sandbox-replay';

const recording = JSON.parse(readFileSync(join(__dirname, 'recordings', 'scans-2.15.2.json'), 'utf8')) as {
  sections: { scans: RecordedExchange[] };
};
const V1 = 'sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b';
const V2 = 'sha256:873dbde3a7cd0ead4db5c838e8e2759a6fb1d33e5b22795443bf90703cce8e72';
/** What the recorded adapter found in everything. */
const FOUND = [
  {
    id: 'CVE-2026-0001',
    package: 'openssl',
    version: '3.0.1',
    fix_version: '3.0.9',
    severity: 'High',
    description: 'an example',
    links: ['https://example.com/CVE-2026-0001'],
  },
  {
    id: 'CVE-2026-0002',
    package: 'zlib',
    version: '1.2',
    severity: 'Low',
    description: 'another example',
  },
];

/** The sandbox's scanner makes no SBOMs, so what tells of them is not there; nor are the robots of each scan. */
const NOT_THERE = ['make an SBOM', 'artifact with its SBOM', 'the SBOM', 'audit rows'];
const OF_SBOMS = ['accessories', 'sboms', 'sbom_overview', 'support_sbom'];
/** An SBOM took an id between the two images; and tags have the ids of artifacts. */
const IDS_AFTER_SBOMS = ['id', 'artifact_id'];

function without(value: unknown, keys: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one) => without(one, keys));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !keys.includes(key));
  return Object.fromEntries(kept.map(([key, field]) => [key, without(field, keys)]));
}

/** The recorder of scans left out who was given a session, and the requests' ids. */
function compared({ status, headers, body }: Comparable, name: string): unknown {
  const keys = name.startsWith('pushed with auto scan') ? [...OF_SBOMS, ...IDS_AFTER_SBOMS] : OF_SBOMS;
  return { status, headers: without(headers, ['x-request-id']), body: without(body, keys) };
}

describe('the sandbox Harbor scans as Harbor 2.15.2 did', () => {
  let harbor: SandboxHarbor;
  let replay: SandboxReplay;
  const push = async (image: ImageName, tag: string) => {
    const login = { registryUrl: harbor.url, username: 'admin', password: ADMIN_PASSWORD };
    await pushImage(new RegistryRepository(login, 'user-scanned/app'), imageNamed(image), tag);
  };
  const untilScanned = () => sleep(2_100);

  /** What happened to the recorded Harbor without being recorded, by the exchange before which it did. */
  const UNRECORDED: Record<string, () => Promise<unknown>> = {
    'start a scan': () => replay.asAdmin('PUT', `/api/v2.0/sandbox/findings/${V1}`, { findings: FOUND }),
    'artifact that was scanned': untilScanned,
    'HEAD manifest under that policy': () =>
      replay.asAdmin('POST', '/api/v2.0/robots', {
        name: 'puller',
        level: 'project',
        duration: -1,
        permissions: [
          {
            kind: 'project',
            namespace: 'user-scanned',
            access: [
              { resource: 'repository', action: 'pull' },
              { resource: 'artifact', action: 'read' },
            ],
          },
        ],
      }),
    'pushed with auto scan, nine seconds later': async () => {
      await replay.asAdmin('PUT', `/api/v2.0/sandbox/findings/${V2}`, { findings: FOUND });
      await push('second', 'v2');
      await untilScanned();
    },
  };

  beforeAll(async () => {
    harbor = await SandboxHarbor.start({ adminPassword: ADMIN_PASSWORD, address: 'harbor.example.com' });
    replay = new SandboxReplay(harbor, 'http://127.0.0.1:9/hook');
    await replay.asAdmin('POST', '/api/v2.0/projects', { project_name: 'user-scanned' });
    await push('first', 'v1');
  });
  afterAll(async () => {
    await harbor.stop();
  });

  const comparable = recording.sections.scans.filter(({ name }) => !NOT_THERE.includes(name));
  it.each(comparable.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    await UNRECORDED[name]?.();
    expect(compared(await replay.replay(one), name)).toEqual(compared(replay.recordedAs(one), name));
  });
});
