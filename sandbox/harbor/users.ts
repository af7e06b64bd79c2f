import type { Body } from './body';
import type { Exchange, Reply } from './exchange';
import { created, ok } from './exchange';
import { badRequest, conflict, forbidden, internalError, notFound, precondition } from './errors';
import type { User } from './model';
import { filtered, listReply, pageReply, sorted } from './query';
import type { Columns } from './query';
import { mayInSystem, requireInSystem, requireLogin } from './rbac';
import { route } from './router';
import type { Route } from './router';
import { hashOf, isStrong, matches, newSalt } from './secrets';
import type { World } from './world';

const WEAK =
  'the password or secret must be 8-128, inclusively, characters long with at least 1 uppercase letter, 1 lowercase letter and 1 number';

/** h/user.go, validateUserProfile; the top level domain is two letters or more, nothing else. */
const EMAIL =
  /^[^<>()[\]\\.,;:\s@"]+(\.[^<>()[\]\\.,;:\s@"]+)*@((\[\d{1,3}(\.\d{1,3}){3}\])|(([a-zA-Z\-0-9]+\.)+[a-zA-Z]{2,}))$/;

const COLUMNS: Columns<User> = {
  user_id: (user) => user.id,
  username: (user) => user.username,
  email: (user) => user.email,
  realname: (user) => user.realname,
  comment: (user) => user.comment,
  sysadmin_flag: (user) => user.isSystemAdmin,
  creation_time: (user) => user.createdAt,
};

export function userRoutes(world: World): Route[] {
  return [
    route('GET', '/users', (exchange) => list(world, exchange)),
    route('POST', '/users', (exchange) => create(world, exchange)),
    route('GET', '/users/current', (exchange) => current(exchange)),
    route('GET', '/users/search', (exchange) => search(world, exchange)),
    route('GET', '/users/{id}', (exchange) => get(world, exchange)),
    route('PUT', '/users/{id}', (exchange) => updateProfile(world, exchange)),
    route('DELETE', '/users/{id}', (exchange) => remove(world, exchange)),
    route('PUT', '/users/{id}/password', (exchange) => changePassword(world, exchange)),
    route('PUT', '/users/{id}/sysadmin', (exchange) => setSystemAdmin(world, exchange)),
  ];
}

function show(user: User): unknown {
  return {
    admin_role_in_auth: false,
    comment: user.comment,
    creation_time: user.createdAt,
    ...(user.email === '' ? {} : { email: user.email }),
    realname: user.realname,
    sysadmin_flag: user.isSystemAdmin,
    update_time: user.updatedAt,
    user_id: user.id,
    username: user.username,
  };
}

/** Lists never show the first admin. */
const listed = (world: World): User[] =>
  world.database.users.filter((user) => !user.isDeleted && user.id !== 1);

function list(world: World, exchange: Exchange): Reply {
  requireInSystem(exchange.caller, 'user', 'list');
  const fuzzy = ['username', 'email'].flatMap((key) => {
    const value = exchange.query.get(key);
    return value ? [{ key, kind: 'fuzzy' as const, value }] : [];
  });
  return listReply(exchange, filtered(listed(world), fuzzy, COLUMNS), COLUMNS, 'username', show);
}

/** Counts without case, finds with case, shortest name first: both as Harbor's two queries do (seen). */
function search(world: World, exchange: Exchange): Reply {
  requireLogin(exchange.caller);
  const text = exchange.query.get('username') ?? '';
  const counted = filtered(listed(world), [{ key: 'username', kind: 'fuzzy', value: text }], COLUMNS).length;
  const found = counted === 0 ? [] : listed(world).filter((user) => user.username.includes(text));
  const inOrder = sorted(
    found,
    null,
    { ...COLUMNS, length: (user) => user.username.length },
    'length,username',
  );
  return pageReply(exchange, inOrder, (user) => ({ user_id: user.id, username: user.username }), counted);
}

function current(exchange: Exchange): Reply {
  requireLogin(exchange.caller);
  if (exchange.caller.kind !== 'user') {
    throw precondition(`get current user not available for security context: ${exchange.caller.kind}`);
  }
  return ok(show(exchange.caller.user));
}

const isSelf = (exchange: Exchange, id: number): boolean =>
  exchange.caller.kind === 'user' && exchange.caller.user.id === id;

function existing(world: World, id: number): User {
  const user = world.user(id);
  if (!user) throw notFound(`user ${id} not found`);
  return user;
}

function get(world: World, exchange: Exchange): Reply {
  const id = exchange.id('id');
  requireLogin(exchange.caller);
  if (!isSelf(exchange, id) && !mayInSystem(exchange.caller, 'user', 'read')) {
    throw forbidden(`Not authorized to read user: ${id}`);
  }
  return ok(show(existing(world, id)));
}

async function create(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('userReq');
  const fields = {
    username: body.atMost('username', 255),
    email: body.atMost('email', 255),
    realname: body.text('realname') ?? '',
    comment: body.text('comment') ?? '',
  };
  requireLocalUsers(world, `creating local user is not allowed under auth mode: ${authMode(world)}`);
  requireCreatable(world, exchange);
  requireStrong(body.text('password') ?? '');
  requireProfile(fields);
  if (fields.username.length < 1 || Buffer.byteLength(fields.username) > 255) {
    throw badRequest('username with illegal length');
  }
  if (/[,"~#%$]/.test(fields.username)) throw badRequest('username contains illegal characters');
  if (isTaken(world, fields.username, fields.email)) {
    world.database.users.burnId();
    throw conflict(`user ${fields.username} or email ${fields.email} already exists`);
  }
  const user = addUser(world, fields, body.text('password') ?? '');
  return created(`${exchange.path.replace(/\/$/, '')}/${user.id}`);
}

const authMode = (world: World): string => String(world.database.configuration.auth_mode);

function requireLocalUsers(world: World, message: string): void {
  if (authMode(world) !== 'db_auth') throw forbidden(message);
}

function requireCreatable(world: World, exchange: Exchange): void {
  if (mayInSystem(exchange.caller, 'user', 'create')) return;
  if (world.database.configuration.self_registration === true) {
    throw forbidden('self-registration cannot be triggered via API');
  }
  requireInSystem(exchange.caller, 'user', 'create');
}

function requireStrong(password: string): void {
  if (!isStrong(password)) throw badRequest(WEAK);
}

function requireProfile({ email, realname, comment }: Pick<User, 'email' | 'realname' | 'comment'>): void {
  if (email === '') throw badRequest("email can't be empty");
  if (!EMAIL.test(email)) throw badRequest('email with illegal format');
  if (realname.length < 1 || realname.length > 255) throw badRequest('realname with illegal length');
  if (/[,~#$%]/.test(realname)) throw badRequest('realname contains illegal characters');
  if (Buffer.byteLength(comment) > 30) throw badRequest('comment with illegal length');
}

/** Names and e-mails are unique each for itself, case and all; the deleted ones were renamed and are free. */
const isTaken = (world: World, username: string, email: string): boolean =>
  world.database.users.find((user) => user.username === username || user.email === email) !== undefined;

export function addUser(
  world: World,
  fields: Pick<User, 'username' | 'email' | 'realname' | 'comment'>,
  password: string,
  more: Partial<Pick<User, 'isSystemAdmin' | 'isDeleted'>> = {},
): User {
  const now = world.now();
  const salt = newSalt();
  return world.database.users.insert((id) => ({
    isSystemAdmin: false,
    isDeleted: false,
    ...fields,
    ...more,
    id,
    salt,
    passwordHash: hashOf(password, salt),
    createdAt: now,
    updatedAt: now,
  }));
}

function requireModifiable(world: World, exchange: Exchange, id: number): void {
  requireLogin(exchange.caller);
  const mayUpdate = mayInSystem(exchange.caller, 'user', 'update');
  const allowed = authMode(world) === 'db_auth' ? mayUpdate || isSelf(exchange, id) : id === 1 && mayUpdate;
  if (!allowed) throw forbidden(`User with ID ${id} can't be updated`);
}

async function updateProfile(world: World, exchange: Exchange): Promise<Reply> {
  const id = exchange.id('id');
  const body = await exchange.json('profile');
  requireModifiable(world, exchange, id);
  const profile = {
    email: body.text('email') ?? '',
    realname: body.text('realname') ?? '',
    comment: body.text('comment') ?? '',
  };
  requireProfile(profile);
  const user = existing(world, id);
  // Harbor does not turn this unique key's refusal into a 409 (seen).
  if (world.database.users.find((other) => other.email === profile.email && other.id !== id))
    throw internalError();
  Object.assign(user, profile, { updatedAt: world.now() });
  return ok();
}

async function changePassword(world: World, exchange: Exchange): Promise<Reply> {
  const id = exchange.id('id');
  const body: Body = await exchange.json('password');
  requireModifiable(world, exchange, id);
  const password = body.text('new_password') ?? '';
  if (isSelf(exchange, id)) {
    const self = existing(world, id);
    if (!matches(body.text('old_password') ?? '', self.salt, self.passwordHash)) {
      throw forbidden('Current password is incorrect');
    }
  }
  requireStrong(password);
  const user = existing(world, id);
  if (matches(password, user.salt, user.passwordHash))
    throw badRequest('New password is identical to old password');
  const salt = newSalt();
  Object.assign(user, { salt, passwordHash: hashOf(password, salt), updatedAt: world.now() });
  return ok();
}

async function setSystemAdmin(world: World, exchange: Exchange): Promise<Reply> {
  const id = exchange.id('id');
  const body = await exchange.json('sysadmin_flag');
  requireInSystem(exchange.caller, 'user', 'update');
  Object.assign(existing(world, id), {
    isSystemAdmin: body.flag('sysadmin_flag') ?? false,
    updatedAt: world.now(),
  });
  return ok();
}

/** The name and e-mail are free again at once: the row is renamed to `name#id`. Memberships go with it. */
function remove(world: World, exchange: Exchange): Reply {
  const id = exchange.id('id');
  requireLogin(exchange.caller);
  if (!mayInSystem(exchange.caller, 'user', 'delete')) throw forbidden('Not authorized to delete users');
  if (isSelf(exchange, id) || id === 1) throw forbidden(`User with ID ${id} cannot be deleted`);
  const user = existing(world, id);
  Object.assign(user, {
    username: `${user.username}#${id}`.slice(0, 255),
    email: `${user.email}#${id}`.slice(0, 255),
    isDeleted: true,
    updatedAt: world.now(),
  });
  world.database.members.deleteWhere((member) => member.userId === id);
  return ok();
}
