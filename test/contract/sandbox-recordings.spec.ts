import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SandboxHarbor } from '../../sandbox/harbor/sandbox-harbor';
import { digestOf } from '../../sandbox/registry-client';
import { isPush, recordingOf } from './recordings';
import type { RecordedExchange } from './recordings';
import { ADMIN_PASSWORD, SandboxReplay, masked } from './sandbox-replay';
import type { Comparable, Push } from './sandbox-replay';

/** What skopeo pushed: the recording keeps only its exit code and last words; where to, its webhooks tell. */
const PUSHES: Record<string, Push> = {
  'push v1.0.0': { image: 'first', to: 'user-recuser/app:v1.0.0' },
  'push v1.0.0 again, same digest': { image: 'first', to: 'user-recuser/app:v1.0.0' },
  'push v1.0.0 again, other digest': { image: 'second', to: 'user-recuser/app:v1.0.0' },
  'push latest': { image: 'first', to: 'user-recuser/app:latest' },
  'push latest again, other digest': { image: 'second', to: 'user-recuser/app:latest' },
  'push to a nested repository': { image: 'arm64', to: 'user-recuser/team/nested/app:v1' },
  'push with a wrong password': { image: 'first', to: 'user-recuser/app:v2', password: 'Wrong12345' },
  "push to another user's project": { image: 'first', to: 'library/app:v1' },
  'push to a project that is absent': { image: 'first', to: 'user-absent/app:v1' },
  'push v1.0.0, other digest, rule disabled': { image: 'second', to: 'user-recuser/app:v1.0.0' },
  'push over quota': { image: 'refused', to: 'user-recuser/app:big' },
  'copy to Docker schema 2': { image: 'docker', to: 'user-recuser/docker:v1' },
  'push narrow:v1': { image: 'first', to: 'user-recuser/narrow:v1' },
  'push narrow:v2': { image: 'first', to: 'user-recuser/narrow:v2' },
  'push narrow:v3': { image: 'second', to: 'user-recuser/narrow:v3' },
  'a tag that starts with sha256-': { image: 'first', to: 'user-recuser/narrow:sha256-free' },
  'may move': { image: 'second', to: 'user-recuser/narrow:sha256-free' },
  'Latest with a capital': { image: 'first', to: 'user-recuser/narrow:Latest' },
  'may not move': { image: 'second', to: 'user-recuser/narrow:Latest' },
  'push v1 while narrowed, other digest': { image: 'second', to: 'user-recuser/narrow:v1' },
  'v1 moves': { image: 'second', to: 'user-recuser/narrow:v1' },
  'an image is pushed': { image: 'first', to: 'user-recuser/app:audited-push' },
  'read-only: push': { image: 'first', to: 'user-recuser/app:readonly' },
};

/** Bodies of recorded exchanges, by name: what the recorder pushed unrecorded was made of them. */
const EXCHANGES = new Map(
  Object.values(recordingOf('2.15.2').sections).flatMap((section) =>
    section.flatMap((one): [string, RecordedExchange][] => (isPush(one) ? [] : [[one.name, one]])),
  ),
);
const bodyOf = (name: string): Buffer => Buffer.from(String(EXCHANGES.get(name)?.request.body));
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const digest = (text: string): string => digestOf(Buffer.from(text));
const CHART =
  '{"name":"myapp","version":"0.1.0","description":"a chart","apiVersion":"v2","appVersion":"1.0"}';

/**
 * What happened to the recorded Harbor without being recorded, by the exchange before which it did. It was found
 * by its traces: digests, ids and webhooks that no recorded request explains.
 */
const UNRECORDED: Record<string, (replay: SandboxReplay, harbor: SandboxHarbor) => Promise<unknown>> = {
  'put an index of two platforms': async (replay) => {
    const repository = replay.repository('user-recuser/multi');
    const config = bodyOf('config: put the whole blob').toString();
    const manifest = bodyOf('put manifest').toString();
    const arm64 = config.replace('amd64', 'arm64');
    await repository.putBlob(Buffer.from('layer'));
    await repository.putBlob(Buffer.from(config));
    await repository.putManifest({ mediaType: OCI_MANIFEST, bytes: Buffer.from(manifest) });
    await repository.putBlob(Buffer.from(arm64));
    const bytes = Buffer.from(manifest.replace(digest(config), digest(arm64)));
    await repository.putManifest({ mediaType: OCI_MANIFEST, bytes });
  },
  'put a Helm chart': async (replay) => {
    const repository = replay.repository('user-recuser/charts/myapp');
    await repository.putBlob(Buffer.from(CHART));
    await repository.putBlob(Buffer.from('chart content'));
  },
  'put an SBOM that refers to v1 (OCI 1.1 subject)': async (replay) => {
    const repository = replay.repository('user-recuser/proto');
    await repository.putBlob(Buffer.from('{}'));
    await repository.putBlob(Buffer.from('{"spdxVersion":"SPDX-2.3"}'));
  },
  // A webhook tells of the push, the audit log's count of the pull.
  'put a cosign signature of v1 under its tag': async (replay) => {
    await replay.asAdmin('GET', '/v2/user-recuser/proto/manifests/v1');
    const manifest = { mediaType: OCI_MANIFEST, bytes: bodyOf('put manifest') };
    await replay.repository('user-recuser/proto').putManifest(manifest, 'v1');
  },
  'put the manifest it had under the tag': (replay) =>
    replay.asAdmin('GET', '/v2/user-recuser/narrow/manifests/v1'),
  // Ten seconds went by, after which Harbor counts the pulls.
  'robot: list repositories': (_replay, harbor) => {
    harbor.flushPulls();
    return Promise.resolve();
  },
  // The audit log's ids tell of 20 rows: the 15 users and 5 projects of the section before were removed.
  'base with password': async (replay) => {
    for (let id = 9; id <= 23; id += 1) await replay.asAdmin('DELETE', `/api/v2.0/users/${id}`);
    for (let id = 4; id <= 8; id += 1) await replay.asAdmin('DELETE', `/api/v2.0/projects/${id}`);
  },
};

/** Where the sandbox is not as the recording, each with its reason. Nothing else may differ. */
const DEVIATIONS: Record<string, { why: string; apply: (recorded: Comparable) => Comparable }> = {
  health: {
    why: 'the recorded Harbor was still starting its jobservice and had no portal',
    apply: (recorded) => ({ ...recorded, body: ALL_HEALTHY }),
  },
};

const ALL_HEALTHY = {
  components: ['core', 'database', 'jobservice', 'portal', 'redis', 'registry', 'registryctl'].map(
    (name) => ({
      name,
      status: 'healthy',
    }),
  ),
  status: 'healthy',
};

interface Delivery {
  headers: IncomingHttpHeaders;
  body: string;
}

/** What the sandbox delivers its webhooks to. */
class Receiver {
  readonly deliveries: Delivery[] = [];
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.deliveries.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.end();
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  async atLeast(count: number): Promise<Delivery[]> {
    while (this.deliveries.length < count) await sleep(50);
    return this.deliveries;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, sortedKeys(field)]),
  );
}

describe('the sandbox Harbor answers as Harbor 2.15.2 did', () => {
  const recording = recordingOf('2.15.2');
  const receiver = new Receiver();
  let harbor: SandboxHarbor;
  let replay: SandboxReplay;

  beforeAll(async () => {
    const hookUrl = await receiver.start();
    harbor = await SandboxHarbor.start({
      adminPassword: ADMIN_PASSWORD,
      address: 'harbor.example.com',
      webhookDelaysMs: [0],
      // Pulls are written down where the recording saw it, however long this machine takes.
      pullFlushMs: 3_600_000,
    });
    replay = new SandboxReplay(harbor, hookUrl);
  });

  afterAll(async () => {
    await harbor.stop();
    receiver.stop();
  });

  for (const [section, recorded] of Object.entries(recording.sections)) {
    describe(section, () => {
      it.each(recorded.map((one) => [one.name, one] as const))('%s', async (name, one) => {
        await UNRECORDED[name]?.(replay, harbor);
        if (isPush(one)) {
          const push = PUSHES[name];
          if (!push) throw new Error(`nobody knows what "${name}" pushed`);
          expect(await replay.push(push)).toEqual({ exit: one.exit, says: one.says });
        } else {
          const expected = replay.recordedAs(one);
          expect(await replay.replay(one)).toEqual(DEVIATIONS[name]?.apply(expected) ?? expected);
        }
      });
    });
  }

  it('delivers the webhooks that were delivered', async () => {
    const expected = recording.webhookDeliveries.map((delivery) =>
      JSON.stringify(sortedKeys(masked(delivery))),
    );
    const delivered = await receiver.atLeast(expected.length);
    const live = delivered.map((delivery) => JSON.stringify(sortedKeys(replay.deliveryAsRecorded(delivery))));
    expect(live.sort()).toEqual(expected.sort());
  });
});
