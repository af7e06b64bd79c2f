import type { HarborArtifact, ImageConfig } from '../../harbor/harbor.types';

/** A framework that can be seen in an image. */
export interface Framework {
  name: 'pytorch' | 'tensorflow' | 'jax' | 'ray' | 'deepspeed';
  version: string;
}

/** What an image says of itself, as people are told it; environment variables are not repeated. */
export interface ImageDescription {
  /** When it was built; null where it does not say. */
  builtAt: string | null;
  entryPoint: string[];
  command: string[];
  /** Such as `8888/tcp`. */
  exposedPorts: string[];
  /** OCI annotations of the manifest and labels of the config; where both have a key, the annotation. */
  annotations: Record<string, string>;
  cudaVersion: string | null;
  pythonVersion: string | null;
  frameworks: Framework[];
  /** One of the default task types; null where nothing tells. */
  suggestedTaskType: string | null;
}

/** Kept and answered of what anybody may have written into an image; all of it fits a column of 64 KiB. */
const MAX_ENTRIES = 16;
const MAX_ARGUMENT = 100;
const MAX_KEY = 128;
const MAX_VALUE = 200;

const VERSION = /^v?(\d{1,6}(?:[.\-+_a-z0-9]{0,40}))$/i;

/** Where images are seen to say a version: a variable's name, or `label:` and a label's key. The first one holds. */
const CUDA = ['CUDA_VERSION', 'NV_CUDA_LIB_VERSION', 'label:com.nvidia.cuda.version'];
const PYTHON = ['PYTHON_VERSION', 'PYVER', 'CONDA_PYTHON_VERSION', 'label:python.version'];
const FRAMEWORKS: Readonly<Record<Framework['name'], readonly string[]>> = {
  pytorch: ['PYTORCH_VERSION', 'TORCH_VERSION', 'PYTORCH_BUILD_VERSION', 'label:pytorch.version'],
  tensorflow: ['TENSORFLOW_VERSION', 'TF_VERSION', 'label:tensorflow.version'],
  jax: ['JAX_VERSION'],
  ray: ['RAY_VERSION', 'label:io.ray.ray-version'],
  deepspeed: ['DEEPSPEED_VERSION', 'DS_VERSION'],
};
const FRAMEWORK_NAMES = ['pytorch', 'tensorflow', 'jax', 'ray', 'deepspeed'] as const;

/**
 * What can be seen of an image without running it.
 * @param config of the image itself, or of one of an index's; null where there is none
 * @param name the repository, which tells a task type where nothing in the image does
 */
export function describeImage(
  { annotations }: Pick<HarborArtifact, 'annotations'>,
  config: ImageConfig | null,
  name: string,
): ImageDescription {
  const seen: Seen = {
    env: variables(config?.env ?? []),
    texts: { ...config?.labels, ...annotations },
    runs: [...(config?.entryPoint ?? []), ...(config?.command ?? [])].join(' ').toLowerCase(),
    name: name.toLowerCase(),
  };
  const frameworks = FRAMEWORK_NAMES.flatMap((framework) => {
    const version = versionIn(seen, FRAMEWORKS[framework]);
    return version === null ? [] : [{ name: framework, version }];
  });
  return {
    builtAt: config?.createdAt?.toISOString() ?? null,
    entryPoint: bounded(config?.entryPoint ?? []),
    command: bounded(config?.command ?? []),
    exposedPorts: bounded(config?.exposedPorts ?? []),
    annotations: boundedTexts(seen.texts),
    cudaVersion: versionIn(seen, CUDA) ?? requiredCuda(seen),
    pythonVersion: versionIn(seen, PYTHON),
    frameworks,
    suggestedTaskType: taskTypeOf(seen, frameworks),
  };
}

interface Seen {
  env: Readonly<Record<string, string>>;
  texts: Readonly<Record<string, string>>;
  runs: string;
  name: string;
}

/**
 * What it starts says most, then what it holds, then what it is called. A port or a JUPYTER_PORT alone says
 * nothing: NVIDIA's PyTorch images have them, and start a shell.
 */
function taskTypeOf({ env, texts, runs, name }: Seen, frameworks: readonly Framework[]): string | null {
  const title = (texts['org.opencontainers.image.title'] ?? '').toLowerCase();
  const called = (pattern: RegExp): boolean => pattern.test(name) || pattern.test(title);
  const holds = (framework: Framework['name']): boolean =>
    frameworks.some((found) => found.name === framework);
  if (/jupyter|start-notebook/.test(runs)) return 'jupyter';
  if (/code-server|openvscode|code serve-web/.test(runs)) return 'webide';
  if (holds('deepspeed') || called(/deepspeed/)) return 'deepspeed';
  if (holds('ray') || called(/(^|\/)(kube)?ray([^a-z]|$)/)) return 'kuberay';
  if (env.NB_USER !== undefined || called(/jupyter|notebook/)) return 'jupyter';
  if (called(/code-server|vscode|webide/)) return 'webide';
  if (holds('pytorch')) return 'pytorch';
  if (holds('tensorflow')) return 'tensorflow';
  if (called(/pytorch/)) return 'pytorch';
  if (called(/tensorflow/)) return 'tensorflow';
  if (called(/open-?mpi/)) return 'openmpi';
  return null;
}

function variables(env: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    env.flatMap((line) => {
      const at = line.indexOf('=');
      return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
}

function versionIn({ env, texts }: Seen, places: readonly string[]): string | null {
  for (const place of places) {
    const text = place.startsWith('label:') ? texts[place.slice('label:'.length)] : env[place];
    const version = VERSION.exec(text?.trim() ?? '')?.[1];
    if (version !== undefined) return version;
  }
  return null;
}

/** `cuda>=12.6 brand=…`: at least it was built against that. */
function requiredCuda({ env }: Seen): string | null {
  return /^cuda>=(\d{1,4}\.\d{1,4})/.exec(env.NVIDIA_REQUIRE_CUDA ?? '')?.[1] ?? null;
}

function bounded(texts: readonly string[]): string[] {
  return texts.slice(0, MAX_ENTRIES).map((text) => cut(text, MAX_ARGUMENT));
}

function boundedTexts(texts: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(texts).filter(([key]) => key.length <= MAX_KEY);
  return Object.fromEntries(kept.slice(0, MAX_ENTRIES).map(([key, text]) => [key, cut(text, MAX_VALUE)]));
}

function cut(text: string, max: number): string {
  const characters = [...text.slice(0, max * 2)];
  return characters.length <= max ? characters.join('') : `${characters.slice(0, max - 1).join('')}…`;
}
