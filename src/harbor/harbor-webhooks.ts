import { allPages } from './all-pages';
import { createdFrom } from './created';
import type { components } from './harbor-api.generated';
import type { HarborOperation } from './harbor-operation';
import type { Created, Deleted, NewWebhookPolicy, WebhookPolicy } from './harbor.types';
import { refusedInProject, saysProjectAbsent } from './project-refusal';

const POLICIES = '/projects/{project_name_or_id}/webhook/policies';

export async function listWebhookPolicies(
  harbor: HarborOperation,
  project: string,
): Promise<WebhookPolicy[]> {
  return allPages(async (query) => {
    const answer = await harbor.get(POLICIES, { path: { project_name_or_id: project }, query });
    if (!answer.ok) throw await refusedInProject(harbor, answer, project);
    return answer.body.map(policy);
  });
}

export async function createWebhookPolicy(
  harbor: HarborOperation,
  project: string,
  { name, eventTypes, address, authHeader, verifyCertificate }: NewWebhookPolicy,
): Promise<Created> {
  const target = {
    type: 'http',
    address,
    auth_header: authHeader,
    skip_cert_verify: !verifyCertificate,
    payload_format: 'Default',
  };
  const body = { name, enabled: true, event_types: eventTypes, targets: [target] };
  const answer = await harbor.post(POLICIES, { path: { project_name_or_id: project }, body });
  const created = createdFrom(answer, POLICIES);
  if (created === null && !answer.ok) throw await refusedInProject(harbor, answer, project);
  return created ?? { outcome: 'exists' };
}

export async function deleteWebhookPolicy(
  harbor: HarborOperation,
  project: string,
  policyId: number,
): Promise<Deleted> {
  const path = { project_name_or_id: project, webhook_policy_id: policyId };
  const answer = await harbor.delete(`${POLICIES}/{webhook_policy_id}`, { path });
  if (answer.ok) return 'deleted';
  if (answer.status === 404 && answer.meaning !== 'call-unknown') return 'absent';
  if (await saysProjectAbsent(harbor, answer, project)) return 'absent';
  throw answer.rejection();
}

function policy(found: components['schemas']['WebhookPolicy']): WebhookPolicy {
  const target = found.targets?.[0];
  return {
    id: found.id,
    name: found.name,
    enabled: found.enabled ?? false,
    eventTypes: found.event_types ?? [],
    address: target?.address ?? '',
    authHeader: target?.auth_header ?? null,
  };
}
