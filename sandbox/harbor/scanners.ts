import { randomUUID } from 'node:crypto';
import type { Body } from './body';
import { badRequest, notFound } from './errors';
import type { Exchange, Reply } from './exchange';
import { created, ok } from './exchange';
import type { Finding } from './model';
import { projectFor } from './projects';
import { requireInSystem } from './rbac';
import { route } from './router';
import type { Route } from './router';
import { SCANNER, severityNamed } from './scans';
import type { World } from './world';

/**
 * No adapter is called, whatever the address of a registered scanner: what it finds is what was put into
 * `/sandbox/findings/{digest}`, the one call that no Harbor has.
 */
export function scannerRoutes(world: World): Route[] {
  return [
    route('POST', '/scanners', (exchange) => register(world, exchange)),
    route('PATCH', '/scanners/{uuid}', (exchange) => setDefault(world, exchange)),
    route('GET', '/projects/{project}/scanner', (exchange) => scannerOfProject(world, exchange)),
    route('PUT', '/sandbox/findings/{digest}', (exchange) => keepFindings(world, exchange)),
  ];
}

async function register(world: World, exchange: Exchange): Promise<Reply> {
  requireInSystem(exchange.caller, 'scanner', 'create');
  const body = await exchange.json('registration');
  const now = world.now();
  const { uuid } = world.database.scanners.insert((id) => ({
    id,
    uuid: randomUUID(),
    name: body.text('name') ?? '',
    url: body.text('url') ?? '',
    usesInternalAddress: body.flag('use_internal_addr') ?? false,
    skipsCertificateCheck: body.flag('skip_certVerify') ?? false,
    // The first is it without being asked (src/controller/scanner).
    isDefault: world.database.scanners.all().length === 0,
    createdAt: now,
    updatedAt: now,
  }));
  return created(`${exchange.path.replace(/\/$/, '')}/${uuid}`);
}

async function setDefault(world: World, exchange: Exchange): Promise<Reply> {
  requireInSystem(exchange.caller, 'scanner', 'update');
  const body = await exchange.json('payload');
  const uuid = exchange.param('uuid');
  const { scanners } = world.database;
  if (!scanners.find((one) => one.uuid === uuid)) throw notFound(`scanner ${uuid} not found`);
  if (body.flag('is_default') !== true) return ok();
  for (const scanner of scanners.all()) scanner.isDefault = scanner.uuid === uuid;
  return ok();
}

function scannerOfProject(world: World, exchange: Exchange): Reply {
  projectFor(world, exchange, 'scanner', 'read');
  const scanner = world.database.scanners.find(({ isDefault }) => isDefault);
  if (!scanner) throw notFound('no scanner is registered');
  return ok({
    access_credential: '',
    adapter: SCANNER.name,
    auth: '',
    capabilities: { support_sbom: false, support_vulnerability: true },
    create_time: scanner.createdAt,
    description: '',
    disabled: false,
    health: 'healthy',
    is_default: true,
    name: scanner.name,
    skip_certVerify: scanner.skipsCertificateCheck,
    update_time: scanner.updatedAt,
    url: scanner.url,
    use_internal_addr: scanner.usesInternalAddress,
    uuid: scanner.uuid,
    vendor: SCANNER.vendor,
    version: SCANNER.version,
  });
}

/** The next scan of the digest tells of them. */
async function keepFindings(world: World, exchange: Exchange): Promise<Reply> {
  requireInSystem(exchange.caller, 'scanner', 'update');
  const digest = exchange.param('digest');
  const found = (await exchange.json('findings')).objects('findings').map(findingIn);
  world.database.findings.deleteWhere((one) => one.digest === digest);
  world.database.findings.insert((id) => ({ id, digest, found }));
  return ok();
}

function findingIn(body: Body): Finding {
  const severity = severityNamed(body.text('severity') ?? '');
  if (severity === undefined) throw badRequest('a finding needs a severity, such as "High"');
  return {
    id: body.text('id') ?? '',
    package: body.text('package') ?? '',
    version: body.text('version') ?? '',
    fix_version: body.text('fix_version') ?? '',
    severity,
    description: body.text('description') ?? '',
    links: body.texts('links'),
  };
}
