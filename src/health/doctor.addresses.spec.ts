import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config/config';
import { loadConfig } from '../config/load-config';
import { examineAddresses } from './doctor.addresses';

describe('the doctor on addresses', () => {
  const servers: Server[] = [];

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function serveHarbor(realmHost?: string): Promise<string> {
    const address: string = await serve((request, response) => {
      const realm = `http://${realmHost ?? address}/service/token`;
      if (request.url === '/v2/') {
        response.writeHead(401, { 'WWW-Authenticate': `Bearer realm="${realm}",service="harbor-registry"` });
      }
      response.end();
    });
    return address;
  }

  async function serveBerth(): Promise<string> {
    return serve((request, response) => {
      response.end(request.url === '/api/v1/health/live' ? '{"status":"alive"}' : 'nothing');
    });
  }

  function configOf(berth: string, registry: string): Config {
    return loadConfig({
      NODE_ENV: 'development',
      PUBLIC_URL: `http://${berth}`,
      DATABASE_URL: 'sqlite:unused.db',
      HARBOR_URL: `http://${registry}`,
      HARBOR_ALLOW_HTTP: 'true',
      HARBOR_USERNAME: 'robot$berth',
      HARBOR_PASSWORD: 'secret',
      REGISTRY_ADDRESS: registry,
      LDAP_URL: 'ldaps://ldap.example.com',
      LDAP_BIND_DN: 'cn=berth,dc=example',
      LDAP_BIND_PASSWORD: 'secret',
      LDAP_BASE_DN: 'dc=example',
      AUTH_SECRET: 'a secret of more than thirty-two characters',
    });
  }

  async function complaints(berth: string, registry: string): Promise<string[]> {
    const findings = await examineAddresses(configOf(berth, registry));
    return findings
      .filter(({ severity }) => severity !== 'ok')
      .map(({ severity, what }) => `${severity}: ${what}`)
      .filter((complaint) => complaint !== 'warning: PUBLIC_URL is http://');
  }

  it('has no complaint when Berth and the registry answer as themselves', async () => {
    expect(await complaints(await serveBerth(), await serveHarbor())).toEqual([]);
  });

  it('warns of a public address without encryption', async () => {
    const [first] = await examineAddresses(configOf(await serveBerth(), await serveHarbor()));
    expect(first).toMatchObject({ severity: 'warning', what: 'PUBLIC_URL is http://' });
  });

  it('only warns when nothing answers at PUBLIC_URL: Berth may not run yet', async () => {
    expect(await complaints('127.0.0.1:1', await serveHarbor())).toEqual([
      'warning: PUBLIC_URL gives no answer (ECONNREFUSED)',
    ]);
  });

  it('tells when something else answers at PUBLIC_URL', async () => {
    const other = await serve((_request, response) => response.writeHead(404).end('nginx'));
    expect(await complaints(other, await serveHarbor())).toEqual([
      'problem: PUBLIC_URL answers 404, and not as Berth does',
    ]);
  });

  it.each<[string, RequestListener]>([
    ['a page', (_request, response) => response.end('<html>')],
    ['a redirect', (_request, response) => response.writeHead(301, { Location: 'https://127.0.0.1/' }).end()],
    [
      'another registry',
      (_request, response) =>
        response
          .writeHead(401, {
            'WWW-Authenticate': 'Bearer realm="http://x/token",service="registry.docker.io"',
          })
          .end(),
    ],
    ['a page without end', (_request, response) => response.write('x'.repeat(200_000))],
  ])('tells when %s is where the registry should be', async (_what, listener) => {
    const registry = await serve(listener);
    expect(await complaints(await serveBerth(), registry)).toEqual([
      expect.stringMatching(
        /^problem: REGISTRY_ADDRESS \(127\.0\.0\.1:\d+\) does not answer as Harbor’s registry does/,
      ),
    ]);
  });

  it('tells when the registry gives no answer', async () => {
    expect(await complaints(await serveBerth(), '127.0.0.1:1')).toEqual([
      'problem: REGISTRY_ADDRESS (127.0.0.1:1) gives no answer (ECONNREFUSED)',
    ]);
  });

  it('tells when tokens come from another host than the registry', async () => {
    const registry = await serveHarbor('harbor.internal:8080');
    expect(await complaints(await serveBerth(), registry)).toEqual([
      `warning: the registry sends clients to harbor.internal:8080 for their token, not to ${registry}`,
    ]);
  });
});
