import type { Exchange, Reply } from './exchange';
import { ok } from './exchange';
import { HarborError, badRequest, notFound } from './errors';
import type { Quota } from './model';
import { listReply } from './query';
import type { Columns } from './query';
import { requireInSystem } from './rbac';
import { route } from './router';
import type { Route } from './router';
import type { World } from './world';

export function quotaRoutes(world: World): Route[] {
  return [
    route('GET', '/quotas', (exchange) => list(world, exchange)),
    route('GET', '/quotas/{id}', (exchange) => get(world, exchange)),
    route('PUT', '/quotas/{id}', (exchange) => update(world, exchange)),
  ];
}

export const quotaOfProject = (world: World, projectId: number): Quota | undefined =>
  world.database.quotas.find((quota) => quota.projectId === projectId);

export function addQuota(world: World, projectId: number, hardBytes: number): Quota {
  const now = world.now();
  return world.database.quotas.insert((id) => ({ id, projectId, hardBytes, createdAt: now, updatedAt: now }));
}

/** What a blob counts in a project it counts once, however many images share it. */
export function usedBytes(world: World, projectId: number): number {
  return world.database.blobs
    .filter((blob) => blob.projectIds.includes(projectId))
    .reduce((sum, blob) => sum + blob.size, 0);
}

/** 403 DENIED when `addedBytes` more would be over the limit, in Harbor's words; adding nothing is checked too (seen). */
export function requireRoom(world: World, projectId: number, addedBytes: number): void {
  const quota = quotaOfProject(world, projectId);
  if (!quota || quota.hardBytes === -1) return;
  const used = usedBytes(world, projectId) + addedBytes;
  if (used <= quota.hardBytes) return;
  throw new HarborError(
    'DENIED',
    `${addedBytes > 0 ? 'adding' : 'subtracting'} ${sizeText(addedBytes)} of storage resource, which when updated to ` +
      `current usage of ${sizeText(used)} will exceed the configured upper limit of ${sizeText(quota.hardBytes)}.`,
  );
}

function sizeText(bytes: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(units.length, Math.floor(Math.log(bytes) / Math.log(1024)));
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1] ?? ''}`;
}

function show(world: World, quota: Quota): unknown {
  return {
    creation_time: quota.createdAt,
    hard: { storage: quota.hardBytes },
    id: quota.id,
    ref: {
      id: quota.projectId,
      name: world.database.projects.get(quota.projectId)?.name ?? '',
      owner_name: '',
    },
    update_time: quota.updatedAt,
    used: { storage: usedBytes(world, quota.projectId) },
  };
}

function list(world: World, exchange: Exchange): Reply {
  requireInSystem(exchange.caller, 'quota', 'list');
  const reference = exchange.query.get('reference_id');
  const columns: Columns<Quota> = {
    id: (quota) => quota.id,
    reference_id: (quota) => quota.projectId,
    'hard.storage': (quota) => quota.hardBytes,
    'used.storage': (quota) => usedBytes(world, quota.projectId),
    creation_time: (quota) => quota.createdAt,
    update_time: (quota) => quota.updatedAt,
  };
  const rows = world.database.quotas.filter(
    (quota) => reference === null || String(quota.projectId) === reference,
  );
  return listReply(exchange, rows, columns, 'id', (quota) => show(world, quota));
}

function existing(world: World, id: number): Quota {
  const quota = world.database.quotas.get(id);
  if (!quota) throw notFound(`quota ${id} not found`);
  return quota;
}

function get(world: World, exchange: Exchange): Reply {
  requireInSystem(exchange.caller, 'quota', 'read');
  return ok(show(world, existing(world, exchange.id('id'))));
}

/** A limit below what is used already is taken. */
async function update(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('hard');
  requireInSystem(exchange.caller, 'quota', 'update');
  const quota = existing(world, exchange.id('id'));
  const limit = body.object('hard')?.number('storage');
  if (limit === undefined) throw badRequest('hard limit of storage is required');
  if (limit !== -1 && limit <= 0)
    throw badRequest(`invalid non-positive value for quota limit, value=${limit}`);
  if (limit > 1024 ** 5) throw badRequest(`1024TB is the maximum storage limit, value=${limit}`);
  // Harbor leaves update_time alone here: that is when the use was last counted (seen).
  quota.hardBytes = limit;
  return ok();
}
