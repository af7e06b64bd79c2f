import type { NewWebhookPolicy, WebhookPolicy } from '../../harbor/harbor.types';

const NAME = 'berth';
const EVENTS: readonly string[] = ['PUSH_ARTIFACT', 'DELETE_ARTIFACT'];
const HOOKS_PATH = '/api/v1/hooks/harbor';

/** What makes a webhook Berth's own in this project: where it posts to, and as whom. */
export interface OwnWebhook {
  address: string;
  authHeader: string;
}

/** `removeId`: Berth's own is not as it should be, and makes room for a new one. */
export type WebhookNeed =
  { need: 'nothing' } | { need: 'create'; name: string } | { need: 'remove'; removeId: number };

/** `changed`: its address, events or Authorization are others than Berth set. */
export type WebhookState = 'on' | 'missing' | 'off' | 'changed';

/** @param baseUrl where Harbor reaches Berth */
export function webhookAddress(baseUrl: string, project: string): string {
  return `${baseUrl}${HOOKS_PATH}/${encodeURIComponent(project)}`;
}

/** What has to be done so that the webhook stands among these of a project; all others are left alone. */
export function webhookNeed(policies: readonly WebhookPolicy[], own: OwnWebhook): WebhookNeed {
  if (policies.some((policy) => isStanding(policy, own))) return { need: 'nothing' };
  const spoilt = policies.find((policy) => isOwnWebhook(policy, own));
  if (spoilt !== undefined) return { need: 'remove', removeId: spoilt.id };
  return { need: 'create', name: freeName(policies) };
}

export function webhookState(policies: readonly WebhookPolicy[], own: OwnWebhook): WebhookState {
  const { need } = webhookNeed(policies, own);
  if (need === 'nothing') return 'on';
  if (need === 'create') return 'missing';
  return policies.some((policy) => isStanding({ ...policy, enabled: true }, own)) ? 'off' : 'changed';
}

/**
 * Whoever changes only one of address and Authorization leaves it Berth's; so do a new SECRETS_KEY and a new address
 * of Berth. The name says nothing: anybody may give it.
 */
export function isOwnWebhook(policy: WebhookPolicy, { address, authHeader }: OwnWebhook): boolean {
  return policy.address === address || policy.authHeader === authHeader;
}

export function newWebhook(name: string, own: OwnWebhook): NewWebhookPolicy {
  return { name, ...own, eventTypes: [...EVENTS], verifyCertificate: true };
}

function isStanding({ enabled, eventTypes, address, authHeader }: WebhookPolicy, own: OwnWebhook): boolean {
  const hasEvents =
    eventTypes.length === EVENTS.length && EVENTS.every((event) => eventTypes.includes(event));
  return enabled && hasEvents && address === own.address && authHeader === own.authHeader;
}

/** Names are single in a project, and somebody may have taken ours. */
function freeName(policies: readonly WebhookPolicy[]): string {
  const taken = new Set(policies.map(({ name }) => name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? NAME : `${NAME}-${number}`;
    if (!taken.has(name)) return name;
  }
}
