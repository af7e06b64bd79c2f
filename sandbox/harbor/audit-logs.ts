import type { Exchange, Reply } from './exchange';
import { ok } from './exchange';
import type { AuditRow } from './model';
import { projectFor } from './projects';
import { listReply, pageReply } from './query';
import type { Columns } from './query';
import { mayInSystem, requireLogin, rolesOf } from './rbac';
import { route } from './router';
import type { Route } from './router';
import type { World } from './world';

const COLUMNS: Columns<AuditRow> = {
  id: (row) => row.id,
  op_time: (row) => row.at,
  operation: (row) => row.operation,
  resource: (row) => row.resource,
  resource_type: (row) => row.resourceType,
  username: (row) => row.username,
  operation_result: (row) => row.isSuccess,
  project_id: (row) => row.projectId,
};

const EVENT_TYPES = [
  'create_artifact',
  'delete_artifact',
  'pull_artifact',
  'create_project',
  'delete_project',
  'delete_repository',
  'login_user',
  'logout_user',
  'create_user',
  'delete_user',
  'update_user',
  'create_robot',
  'delete_robot',
  'update_configuration',
];

export function auditLogRoutes(world: World): Route[] {
  return [
    route('GET', '/auditlog-exts', (exchange) => list(world, exchange)),
    route('GET', '/auditlog-exts/events', (exchange) => events(exchange)),
    route('GET', '/projects/{project}/auditlog-exts', (exchange) => listOfProject(world, exchange)),
    route('GET', '/audit-logs', (exchange) => listOld(exchange)),
    route('GET', '/projects/{project}/logs', (exchange) => listOldOfProject(world, exchange)),
  ];
}

function show(row: AuditRow): unknown {
  return {
    id: row.id,
    op_time: row.at,
    operation: row.operation,
    operation_description: row.description,
    operation_result: row.isSuccess,
    resource: row.resource,
    resource_type: row.resourceType,
    username: row.username,
  };
}

/** Who may not list everything sees the projects he is admin of: 200 with no rows for a robot, never 403 (seen). */
function list(world: World, exchange: Exchange): Reply {
  requireLogin(exchange.caller);
  const { caller } = exchange;
  const rows = mayInSystem(caller, 'audit-log', 'list')
    ? world.database.auditRows.all()
    : world.database.auditRows.filter((row) => rolesOf(world, caller, row.projectId).includes(1));
  const there = rows.filter(({ id }) => !world.lateAuditRows.has(id));
  return listReply(exchange, there, COLUMNS, '-op_time,-id', show);
}

function listOfProject(world: World, exchange: Exchange): Reply {
  const project = projectFor(world, exchange, 'log', 'list');
  const rows = world.database.auditRows.filter((row) => row.projectId === project.id);
  return listReply(exchange, rows, COLUMNS, '-op_time,-id', show);
}

function events(exchange: Exchange): Reply {
  requireLogin(exchange.caller);
  return ok(EVENT_TYPES.map((type) => ({ event_type: type })));
}

/** The log of before 2.13: still there, and nobody writes it (seen). */
function listOld(exchange: Exchange): Reply {
  requireLogin(exchange.caller);
  return pageReply(exchange, [], () => null);
}

function listOldOfProject(world: World, exchange: Exchange): Reply {
  projectFor(world, exchange, 'log', 'list');
  return pageReply(exchange, [], () => null);
}
