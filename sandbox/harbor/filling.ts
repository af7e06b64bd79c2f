import { createHash } from 'node:crypto';
import { addTag, ensureRepository, ensureTag } from './artifact-lifecycle';
import type { Artifact } from './model';
import { NEVER } from './model';
import type { World } from './world';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const IMAGE_CONFIG = 'application/vnd.oci.image.config.v1+json';

export interface Filling {
  project: string;
  /** `filled-0`, `filled-1` … */
  repositories: number;
  /** In each of them: `v0`, `v1` …, each on an artifact of its own. */
  tags: number;
}

/** Puts many images into a project at once, without blobs, webhooks or audit rows; for what must be large. */
export function fill(world: World, { project: name, repositories, tags }: Filling): void {
  const project = world.projectNamed(name);
  if (!project) throw new Error(`no project ${name}`);
  for (let number = 0; number < repositories; number += 1) {
    const repository = ensureRepository(world, project, `${name}/filled-${number}`);
    for (let tag = 0; tag < tags; tag += 1) {
      addTag(world, repository, bareArtifact(world, repository, `${repository.name}:v${tag}`), `v${tag}`);
    }
  }
}

/** Moves a tag to an artifact that is new, or makes it; without webhook and audit row. Returns the new digest. */
export function moveTag(world: World, repositoryName: string, tag: string, content: string): string {
  const [repository] = world.database.repositories.by('name', repositoryName);
  if (!repository) throw new Error(`no repository ${repositoryName}`);
  const artifact = bareArtifact(world, repository, content);
  ensureTag(world, repository, artifact, tag);
  return artifact.digest;
}

function bareArtifact(
  world: World,
  repository: { id: number; projectId: number },
  content: string,
): Artifact {
  return world.database.artifacts.insert((id) => ({
    id,
    projectId: repository.projectId,
    repositoryId: repository.id,
    digest: `sha256:${createHash('sha256').update(content).digest('hex')}`,
    size: 1_000,
    type: 'IMAGE',
    mediaType: IMAGE_CONFIG,
    manifestMediaType: MANIFEST,
    artifactType: IMAGE_CONFIG,
    icon: '',
    extraAttributes: { architecture: 'amd64', os: 'linux' },
    additions: [],
    references: [],
    blobs: [],
    pushedAt: world.now(),
    pulledAt: NEVER,
  }));
}
