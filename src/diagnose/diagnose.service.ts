import { Inject, Injectable } from '@nestjs/common';
import { AccountsService, type AccountView } from '../accounts/accounts.service';
import type { PersonCaller } from '../auth/caller';
import { isDomainError, isOutage } from '../common/errors';
import type { MessageCode } from '../common/messages.en';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { HarborClient } from '../harbor/harbor.client';
import { personalNames } from '../projects/project-name';
import { isAmbiguous, recogniseClientMessage, type ClientCode } from './client-message';
import { hint, problem, warning, type Finding, type Severity } from './finding';
import { ProjectObserver } from './project-observer';
import { readTarget, type Action, type Target } from './target';

export interface Question {
  action: Action;
  link?: string;
  /** What the client printed. It is read and forgotten: it may hold a password. */
  message?: string;
}

/** What the texts call the registry, the person's name in it, and his own project. */
interface Names extends Record<string, string> {
  address: string;
  username: string;
  project: string;
}

const PROJECT_ABSENT: readonly MessageCode[] = ['diagnose.project-absent', 'diagnose.pull-project-absent'];

/** What a fact says better than the client's words for the same. */
const SAID_BETTER: Partial<Record<ClientCode, readonly MessageCode[]>> = {
  'client.tag-immutable': ['diagnose.tag-exists'],
  'client.quota-exceeded': ['diagnose.quota-full'],
  'client.read-only': ['harbor.read-only'],
  'client.upper-case': ['link.upper-case'],
  'client.project-unknown': [...PROJECT_ABSENT, 'project.gone'],
  'client.repository-unknown': ['diagnose.repository-absent', ...PROJECT_ABSENT, 'project.gone'],
  'client.manifest-unknown': [
    'diagnose.tag-absent',
    'diagnose.digest-absent',
    'diagnose.repository-absent',
    ...PROJECT_ABSENT,
  ],
};

const REFUSED_LOGINS: readonly ClientCode[] = [
  'client.unauthorized',
  'client.not-logged-in',
  'client.denied',
];
const LOGIN_FINDINGS: readonly MessageCode[] = [
  'diagnose.no-account',
  'diagnose.no-password',
  'account.problem.unfinished',
  'account.problem.credentials-unknown',
];
const ORDER: readonly Severity[] = ['problem', 'warning', 'hint'];

/** Why a login, a push or a pull does not work, or would not. */
@Injectable()
export class DiagnoseService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly projects: ProjectObserver,
    private readonly harbor: HarborClient,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The most severe first. An outage of Harbor is a finding, beside what can be found without it. What the person
   * may not see is found as what does not exist.
   */
  async diagnose(caller: PersonCaller, question: Question): Promise<Finding[]> {
    const target = readTarget(question.action, question.link, this.config.registry);
    const said = question.message === undefined ? null : recogniseClientMessage(question.message);
    const account = await this.accounts.get(caller);
    const names = this.namesOf(caller, account);
    const facts = withoutNeedlessLogin([
      ...accountFindings(account, names),
      ...target.findings,
      ...(await this.observe(caller, { ...question, ...target, said: said ?? [] }, account)),
    ]);
    return [
      ...facts,
      ...clientFindings(said, facts, names),
      ...passwordFindings(question.action, said ?? [], account, names),
    ].sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
  }

  private async observe(caller: PersonCaller, question: Observed, account: AccountView): Promise<Finding[]> {
    if (account.problems.includes('account.problem.registry-unreachable'))
      return [problem('diagnose.registry-down')];
    const findings: Finding[] = [];
    try {
      for await (const finding of this.observations(caller, question, account)) findings.push(finding);
    } catch (error) {
      findings.push(notAsked(error));
    }
    return findings;
  }

  /** One after the other, so that what was found before an outage is kept. */
  private async *observations(
    caller: PersonCaller,
    { action, link, findings, said }: Observed,
    account: AccountView,
  ): AsyncGenerator<Finding, void, void> {
    const { readOnly } = await this.harbor.system();
    if (action === 'push' && readOnly === true) yield problem('harbor.read-only');
    if (action === 'pull' && link !== null)
      yield* this.projects.ofPull(caller, link, said.includes('client.platform'));
    if (action !== 'push') return;
    if (link !== null) yield* this.projects.ofPush(caller, link.project, link);
    else if (findings.length === 0 && account.project !== null)
      yield* this.projects.ofPush(caller, account.project, null);
  }

  private namesOf(caller: PersonCaller, account: AccountView): Names {
    const computed = personalNames(caller.username, this.config.accounts.projectPrefix);
    return {
      address: this.config.registry.address,
      username: account.credentials.harborUsername ?? computed.harborUsername,
      project: account.project ?? computed.project,
    };
  }
}

interface Observed extends Target {
  action: Action;
  said: readonly ClientCode[];
}

function accountFindings({ state, credentials, problems }: AccountView, names: Names): Finding[] {
  if (state === 'none') return [problem('diagnose.no-account', names)];
  const known = problems.filter((code) => code !== 'account.problem.registry-unreachable');
  if (credentials.state === 'none' && known.length === 0) return [problem('diagnose.no-password')];
  return known.map((code) => (LOGIN_FINDINGS.includes(code) ? problem(code) : warning(code)));
}

/** Nobody needs an account to pull from a public project. */
function withoutNeedlessLogin(facts: readonly Finding[]): Finding[] {
  if (!facts.some(({ code }) => code === 'diagnose.public-project')) return [...facts];
  return facts.map((fact) => (LOGIN_FINDINGS.includes(fact.code) ? hint(fact.code, fact.params) : fact));
}

/** What a fact explains is not told again; what may have several causes is only a hint beside a known one. */
function clientFindings(said: ClientCode[] | null, facts: readonly Finding[], names: Names): Finding[] {
  if (said === null) return [];
  if (said.length === 0) return [hint('client.unrecognised')];
  const causes = new Set(facts.filter(({ severity }) => severity === 'problem').map(({ code }) => code));
  return said
    .filter((code) => !(SAID_BETTER[code] ?? []).some((better) => causes.has(better)))
    .map((code) => (isAmbiguous(code) && causes.size > 0 ? hint(code, names) : problem(code, names)));
}

function passwordFindings(
  action: Action,
  said: readonly ClientCode[],
  { credentials }: AccountView,
  names: Names,
): Finding[] {
  const asksForLogin = action === 'login' || said.some((code) => REFUSED_LOGINS.includes(code));
  if (!asksForLogin || credentials.state !== 'issued' || credentials.issuedAt === null) return [];
  const issuedAt = credentials.issuedAt.toISOString();
  return [hint('diagnose.password-issued', { ...names, issuedAt }), hint('diagnose.password-lock')];
}

/** @throws what is no outage, and no change in Harbor at the same moment */
function notAsked(error: unknown): Finding {
  if (isDomainError(error, 'upstream-rejected')) return warning('diagnose.not-checked');
  if (isOutage(error)) return problem('diagnose.registry-down');
  if (isDomainError(error, 'conflict')) return warning(error.code, error.params);
  throw error;
}
