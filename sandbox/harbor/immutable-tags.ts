import type { Body } from './body';
import { matchesPattern } from './doublestar';
import type { Exchange, Reply } from './exchange';
import { created, ok } from './exchange';
import { badRequest, conflict, notFound } from './errors';
import type { ImmutableRule, Repository, Selector } from './model';
import { listReply } from './query';
import { projectFor } from './projects';
import { route } from './router';
import type { Route } from './router';
import type { World } from './world';

export function immutableTagRoutes(world: World): Route[] {
  return [
    route('GET', '/projects/{project}/immutabletagrules', (exchange) => list(world, exchange)),
    route('POST', '/projects/{project}/immutabletagrules', (exchange) => create(world, exchange)),
    route('PUT', '/projects/{project}/immutabletagrules/{id}', (exchange) => update(world, exchange)),
    route('DELETE', '/projects/{project}/immutabletagrules/{id}', (exchange) => remove(world, exchange)),
  ];
}

/**
 * Whether an enabled rule protects this tag. Only the first selectors count, and a rule that cannot be
 * understood protects nothing: Harbor fails open.
 */
export function isImmutable(world: World, repository: Repository, tag: string): boolean {
  const inProject = repository.name.slice(repository.name.indexOf('/') + 1);
  return world.database.rules
    .filter((rule) => rule.projectId === repository.projectId)
    .some((rule) => {
      try {
        return (
          !rule.isDisabled &&
          selects(rule.repositorySelectors?.[0], inProject) &&
          selects(rule.tagSelectors[0], tag)
        );
      } catch {
        return false;
      }
    });
}

function selects(selector: Selector | undefined, text: string): boolean {
  if (selector?.kind !== 'doublestar') return false;
  const isMatch = matchesPattern(selector.pattern ?? '', text);
  switch (selector.decoration) {
    case 'matches':
    case 'repoMatches':
      return isMatch;
    case 'excludes':
    case 'repoExcludes':
      return !isMatch;
    default:
      return false;
  }
}

type RuleBody = Pick<
  ImmutableRule,
  'priority' | 'action' | 'template' | 'tagSelectors' | 'repositorySelectors'
>;

/** Nothing is validated: an empty body makes a rule that protects nothing (seen: 201). */
function ruleIn(body: Body): RuleBody {
  return {
    priority: body.number('priority') ?? 0,
    action: body.text('action'),
    template: body.text('template'),
    tagSelectors: body.objects('tag_selectors').map(selectorIn),
    repositorySelectors: body.object('scope_selectors')?.objects('repository').map(selectorIn) ?? null,
  };
}

const selectorIn = (body: Body): Selector => ({
  kind: body.text('kind'),
  decoration: body.text('decoration'),
  pattern: body.text('pattern'),
});

/** One rule of the same serialised text a project; another `priority` is another text. */
const textOf = ({ priority, action, template, tagSelectors, repositorySelectors }: RuleBody): string =>
  JSON.stringify([priority, action, template, tagSelectors, repositorySelectors]);

function show(rule: ImmutableRule): unknown {
  return {
    ...(rule.action ? { action: rule.action } : {}),
    ...(rule.isDisabled ? { disabled: true } : {}),
    id: rule.id,
    ...(rule.priority ? { priority: rule.priority } : {}),
    ...(rule.repositorySelectors ? { scope_selectors: { repository: rule.repositorySelectors } } : {}),
    tag_selectors: rule.tagSelectors.length > 0 ? rule.tagSelectors : null,
    ...(rule.template ? { template: rule.template } : {}),
  };
}

function rulesOf(world: World, projectId: number): ImmutableRule[] {
  return world.database.rules.filter((rule) => rule.projectId === projectId);
}

function list(world: World, exchange: Exchange): Reply {
  const project = projectFor(world, exchange, 'immutable-tag', 'list');
  return listReply(exchange, rulesOf(world, project.id), { id: (rule) => rule.id }, 'id', show);
}

async function create(world: World, exchange: Exchange): Promise<Reply> {
  const rule = ruleIn(await exchange.json('ImmutableRule'));
  const project = projectFor(world, exchange, 'immutable-tag', 'create');
  if (rulesOf(world, project.id).some((other) => textOf(other) === textOf(rule))) {
    world.database.rules.burnId();
    throw conflict('immutable rule already exists');
  }
  const { id } = world.database.rules.insert((made) => ({
    ...rule,
    id: made,
    projectId: project.id,
    isDisabled: false,
  }));
  return created(`${exchange.path.replace(/\/$/, '')}/${id}`);
}

/** When `disabled` differs from what is kept, only that is saved. */
async function update(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('ImmutableRule');
  const project = projectFor(world, exchange, 'immutable-tag', 'update');
  const id = exchange.id('id');
  if (body.number('id') !== id)
    throw badRequest(`the rule id ${body.number('id') ?? 0} in body is not ${id}`);
  const rule = existing(world, project.id, id);
  const isDisabled = body.flag('disabled') ?? false;
  if (isDisabled === rule.isDisabled) Object.assign(rule, ruleIn(body));
  rule.isDisabled = isDisabled;
  return ok();
}

function existing(world: World, projectId: number, id: number): ImmutableRule {
  const rule = rulesOf(world, projectId).find((one) => one.id === id);
  if (!rule) throw notFound(`immutable rule ${id} not found`);
  return rule;
}

function remove(world: World, exchange: Exchange): Reply {
  const project = projectFor(world, exchange, 'immutable-tag', 'delete');
  const rule = existing(world, project.id, exchange.id('id'));
  world.database.rules.delete(rule.id);
  return ok();
}
