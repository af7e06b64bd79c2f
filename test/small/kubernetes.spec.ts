import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { loadConfig } from '../../src/config/load-config';

const ROOT = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Manifest {
  kind: string;
  metadata: { name: string };
}
interface ConfigMap extends Manifest {
  data: Record<string, string>;
}
interface Container {
  image: string;
  command?: string[];
  args?: string[];
  ports: { name: string; containerPort: number }[];
  envFrom: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  startupProbe: { httpGet: { path: string; port: string } };
  livenessProbe: { httpGet: { path: string; port: string } };
  readinessProbe: { httpGet: { path: string; port: string } };
}
interface Deployment extends Manifest {
  spec: {
    replicas: number;
    selector: { matchLabels: object };
    template: {
      metadata: { labels: object };
      spec: { terminationGracePeriodSeconds: number; containers: [Container] };
    };
  };
}
interface Service extends Manifest {
  spec: { selector: object; ports: { targetPort: string }[] };
}

/** `docker/kubernetes/berth.yaml` and what the code and the other files say of the same. */
describe('the manifests for Kubernetes', () => {
  const text = read('docker/kubernetes/berth.yaml');
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  const named = <M extends Manifest>(kind: string): M => {
    const found = manifests.find((manifest) => manifest.kind === kind);
    if (found === undefined) throw new Error(`no ${kind}`);
    return found as M;
  };
  const { data } = named<ConfigMap>('ConfigMap');
  const { spec } = named<Deployment>('Deployment');
  const [container] = spec.template.spec.containers;
  /** As the head of the file has it made. */
  const secrets = [...text.matchAll(/--from-literal=([A-Z_]+)=/g)].map(([, name = '']) => name);

  it('set what .env.example has, no secret among it, and start with that', () => {
    const known = [...read('.env.example').matchAll(/^(?:# )?([A-Z][A-Z_]*)=/gm)].map(([, name]) => name);
    const set = [...Object.keys(data), ...secrets];
    expect(set.filter((name) => !known.includes(name))).toEqual([]);
    expect(
      Object.keys(data).filter((name) => /PASSWORD|SECRET|KEY|DATABASE_URL|REDIS_URL/.test(name)),
    ).toEqual([]);
    const values = {
      DATABASE_URL: 'mariadb://berth:password@mariadb:3306/berth',
      REDIS_URL: 'redis://redis:6379',
    };
    const given = secrets.map((name) => [name, { ...values }[name] ?? `${name}-0123456789`.repeat(5)]);
    const config = loadConfig({ ...data, ...(Object.fromEntries(given) as Record<string, string>) });
    expect(config.redis.url).not.toBeNull();
  });

  it('run two replicas as the image starts them, with more time to end than they take', () => {
    expect(spec.replicas).toBe(2);
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
    expect([container.command, container.args]).toEqual([undefined, undefined]);
    const drainSeconds = Number(/^# DRAIN_SECONDS=(\d+)$/m.exec(read('.env.example'))?.[1]);
    expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(drainSeconds);
  });

  it('take settings and secrets by their names', () => {
    expect(container.envFrom).toEqual([
      { configMapRef: { name: named('ConfigMap').metadata.name } },
      { secretRef: { name: /create secret generic (\S+)/.exec(text)?.[1] } },
    ]);
  });

  it('probe and expose what is served', () => {
    const { paths } = JSON.parse(read('openapi/berth.json')) as { paths: Record<string, unknown> };
    const served = container.ports.map(({ name, containerPort }) => [name, String(containerPort)]);
    expect(served).toEqual([
      ['http', data.PORT],
      ['metrics', data.METRICS_PORT],
    ]);
    for (const { httpGet } of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
      expect(paths).toHaveProperty([httpGet.path]);
      expect(httpGet.port).toBe('http');
    }
    const service = named<Service>('Service').spec;
    expect(service.selector).toEqual(spec.selector.matchLabels);
    expect(service.ports.map(({ targetPort }) => targetPort)).toEqual(['http']);
  });
});
