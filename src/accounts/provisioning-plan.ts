import type { RuleNeed } from '../projects/immutable-rules/immutable-rule';
import type { WebhookNeed } from '../projects/webhooks/webhook';

/** What Berth's own tables say, and what this run has done. */
export interface ProvisioningRow {
  /** The ids of what is ours in Harbor; null until Berth saw that it made them. */
  harborProjectId: number | null;
  harborUserId: number | null;
  /** The webhook was not seen in place yet; later on it is left to the comparison with Harbor. */
  isWebhookOpen: boolean;
  /** Somebody waits for a password: else a user that is there keeps the one it has. */
  wantsPassword: boolean;
  /** Harbor confirmed the password of this run. */
  isPasswordSet: boolean;
}

/**
 * What Harbor has under our names. A part that is left out is not known: it was not looked at, or a write has
 * touched it whose end needs another look. Null was looked for and is absent.
 */
export interface ObservedFacts {
  /** `isOfIntent`: it came to be as a making of ours that was cut off would have left it. */
  project?: { id: number; isOfIntent: boolean } | null;
  rule?: RuleNeed;
  webhook?: WebhookNeed;
  /** `bearsMark`: it carries the mark of our intent, and is no administrator. */
  user?: { id: number; bearsMark: boolean } | null;
  /** Of our user in our project. */
  membership?: { id: number; isAdmin: boolean } | null;
  /** Harbor refused to make it as existing: a name that is not seen is then not free either. */
  isProjectNameTaken: boolean;
  isUserNameTaken: boolean;
}

export type ObservedPart = 'project' | 'rule' | 'webhook' | 'user' | 'membership';

export type ProvisioningRefusal =
  'project.name-not-owned' | 'project.replaced' | 'account.name-not-owned' | 'account.replaced';

export type ProvisioningStep =
  | { step: 'observe'; parts: readonly ObservedPart[] }
  | { step: 'refuse'; code: ProvisioningRefusal }
  | { step: 'make-project' }
  | { step: 'own-project'; projectId: number }
  | { step: 'set-rule'; need: Exclude<RuleNeed, { need: 'nothing' }> }
  | { step: 'set-webhook'; need: Exclude<WebhookNeed, { need: 'nothing' }> }
  | { step: 'make-user' }
  | { step: 'add-member'; userId: number }
  | { step: 'raise-role'; membershipId: number }
  | { step: 'reset-password'; userId: number }
  | { step: 'record'; userId: number };

/**
 * The next step towards a project, its rule and webhook, a user, a membership and a password. It looks at both names before it
 * writes, so that a stranger's name is refused with nothing half-made; it writes only where something is absent or
 * differs, and only to what is ours; the password comes last, so that it is unknown for as short as can be.
 */
export function nextStep(row: ProvisioningRow, facts: ObservedFacts): ProvisioningStep {
  const { project, user } = facts;
  if (project === undefined || user === undefined) {
    return observe(project === undefined && 'project', user === undefined && 'user');
  }
  const code = refusalOfProject(row, facts) ?? refusalOfUser(row, facts);
  if (code !== null) return { step: 'refuse', code };

  if (project === null) return { step: 'make-project' };
  if (row.harborProjectId === null) return { step: 'own-project', projectId: project.id };

  const { rule, webhook, membership } = facts;
  const isMembershipUnseen = user !== null && membership === undefined;
  const isWebhookUnseen = row.isWebhookOpen && webhook === undefined;
  if (rule === undefined || isWebhookUnseen || isMembershipUnseen) {
    return observe(
      rule === undefined && 'rule',
      isWebhookUnseen && 'webhook',
      isMembershipUnseen && 'membership',
    );
  }
  if (rule.need !== 'nothing') return { step: 'set-rule', need: rule };
  if (webhook !== undefined && webhook.need !== 'nothing') return { step: 'set-webhook', need: webhook };
  if (user === null) return { step: 'make-user' };
  if (membership === null || membership === undefined) return { step: 'add-member', userId: user.id };
  if (!membership.isAdmin) return { step: 'raise-role', membershipId: membership.id };
  if (row.wantsPassword && !row.isPasswordSet) return { step: 'reset-password', userId: user.id };
  return { step: 'record', userId: user.id };
}

function observe(...parts: (ObservedPart | false)[]): ProvisioningStep {
  return { step: 'observe', parts: parts.filter((part) => part !== false) };
}

function refusalOfProject(
  { harborProjectId }: ProvisioningRow,
  { project, isProjectNameTaken }: ObservedFacts,
): ProvisioningRefusal | null {
  if (project === null || project === undefined) return isProjectNameTaken ? 'project.name-not-owned' : null;
  if (harborProjectId === null) return project.isOfIntent ? null : 'project.name-not-owned';
  return harborProjectId === project.id ? null : 'project.replaced';
}

function refusalOfUser(
  { harborUserId }: ProvisioningRow,
  { user, isUserNameTaken }: ObservedFacts,
): ProvisioningRefusal | null {
  if (user === null || user === undefined) return isUserNameTaken ? 'account.name-not-owned' : null;
  if (harborUserId === null) return user.bearsMark ? null : 'account.name-not-owned';
  return harborUserId === user.id ? null : 'account.replaced';
}
