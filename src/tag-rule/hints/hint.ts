import { isDigest, isRepositoryName, isTagName } from '../../common/image-link';
import { isWatched } from '../watched-tag';

/** What a webhook is about: tags to look at, and artifacts whose tags are gone with them. */
export interface Hint {
  tags: { repository: string; tag: string }[];
  digests: { repository: string; digest: string }[];
}

/** Harbor names one or two in each. */
const MAX_RESOURCES = 100;

const EVENTS: Readonly<Record<string, 'pushed' | 'deleted'>> = {
  PUSH_ARTIFACT: 'pushed',
  DELETE_ARTIFACT: 'deleted',
  'harbor.artifact.pushed': 'pushed',
  'harbor.artifact.deleted': 'deleted',
};

/**
 * Reads a webhook's body, as Harbor sends it in either of its two formats, for where to look; nothing that it says is
 * believed. An event that moves no tag is an empty hint. Null: it cannot be read, so anything in the project may
 * have changed.
 */
export function readHint(project: string, body: string): Hint | null {
  const message = asRecord(parse(body));
  if (typeof message?.type !== 'string') return null;
  const event = EVENTS[message.type];
  if (event === undefined) return { tags: [], digests: [] };
  const content = asRecord(message.event_data ?? message.data);
  const name = asRecord(content?.repository)?.repo_full_name;
  const repository = repositoryOf(project, name);
  const resources = content?.resources;
  if (repository === null || !Array.isArray(resources) || resources.length > MAX_RESOURCES) return null;
  const hint: Hint = { tags: [], digests: [] };
  for (const resource of resources) {
    const { tag } = asRecord(resource) ?? {};
    // A push by digest alone moves no tag.
    if (typeof tag === 'string' && isDigest(tag)) {
      if (event === 'deleted') hint.digests.push({ repository, digest: tag });
    } else if (typeof tag !== 'string' || !isTagName(tag)) return null;
    else if (isWatched(tag)) hint.tags.push({ repository, tag });
  }
  return hint;
}

function repositoryOf(project: string, fullName: unknown): string | null {
  if (typeof fullName !== 'string' || !fullName.startsWith(`${project}/`)) return null;
  const repository = fullName.slice(project.length + 1);
  return isRepositoryName(repository) ? repository : null;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : null;
}
