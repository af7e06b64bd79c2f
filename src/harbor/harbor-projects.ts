import type { components } from './harbor-api.generated';
import { createdFrom } from './created';
import type { HarborOperation } from './harbor-operation';
import type { Created, Deleted, HarborProject, HarborQuota, SignatureKind } from './harbor.types';
import { refusedInProject, saysProjectAbsent } from './project-refusal';

const PROJECT = '/projects/{project_name_or_id}';
const UNLIMITED = -1;

export async function findProject(harbor: HarborOperation, name: string): Promise<HarborProject | null> {
  const answer = await harbor.get(PROJECT, { path: { project_name_or_id: name } });
  if (answer.ok) return project(answer.body);
  if (await saysProjectAbsent(harbor, answer, name)) return null;
  throw answer.rejection();
}

export async function createProject(
  harbor: HarborOperation,
  { name, quotaBytes }: { name: string; quotaBytes: number | null },
): Promise<Created> {
  const body = {
    project_name: name,
    metadata: { public: 'false' } as const,
    storage_limit: quotaBytes ?? UNLIMITED,
  };
  const answer = await harbor.post('/projects', { body });
  const created = createdFrom(answer, '/projects');
  if (created === null && !answer.ok) throw answer.rejection();
  return created ?? { outcome: 'exists' };
}

export async function deleteProject(harbor: HarborOperation, name: string): Promise<Deleted | 'not-empty'> {
  const answer = await harbor.delete(PROJECT, { path: { project_name_or_id: name } });
  if (answer.ok) return 'deleted';
  if (answer.meaning === 'project-not-empty') return 'not-empty';
  if (await saysProjectAbsent(harbor, answer, name)) return 'absent';
  throw answer.rejection();
}

export async function setProjectPublic(
  harbor: HarborOperation,
  name: string,
  isPublic: boolean,
): Promise<void> {
  const body = { metadata: { public: isPublic ? 'true' : 'false' } } as const;
  const answer = await harbor.put(PROJECT, { path: { project_name_or_id: name }, body });
  if (!answer.ok) throw await refusedInProject(harbor, answer, name);
}

export async function findQuota(harbor: HarborOperation, projectId: number): Promise<HarborQuota | null> {
  const answer = await harbor.get('/quotas', { query: { reference: 'project', reference_id: projectId } });
  if (!answer.ok) throw answer.rejection();
  // Harbor ignores a filter that it does not know, and then lists others' quotas.
  const found = answer.body.find(({ ref }) => ref.id === projectId);
  if (found === undefined) return null;
  return {
    id: found.id,
    projectId,
    limitBytes: found.hard.storage === UNLIMITED ? null : found.hard.storage,
    usedBytes: found.used.storage,
  };
}

export async function setQuota(
  harbor: HarborOperation,
  quotaId: number,
  limitBytes: number | null,
): Promise<void> {
  const body = { hard: { storage: limitBytes ?? UNLIMITED } };
  const answer = await harbor.put('/quotas/{id}', { path: { id: quotaId }, body });
  if (!answer.ok) throw answer.status === 404 ? answer.changed() : answer.rejection();
}

function project(found: components['schemas']['Project']): HarborProject {
  return {
    id: found.project_id,
    name: found.name,
    ownerId: found.owner_id,
    isPublic: found.metadata.public === 'true',
    createdAt: new Date(found.creation_time),
    repositoryCount: found.repo_count ?? 0,
    signaturesNeeded: signaturesNeeded(found.metadata),
    vulnerabilityLimit: found.metadata.prevent_vul === 'true' ? (found.metadata.severity ?? 'low') : null,
  };
}

function signaturesNeeded(metadata: components['schemas']['Project']['metadata']): SignatureKind[] {
  return [
    ...(metadata.enable_content_trust_cosign === 'true' ? (['cosign'] as const) : []),
    ...(metadata.enable_content_trust === 'true' ? (['notation'] as const) : []),
  ];
}
