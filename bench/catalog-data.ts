import { v7 as uuidv7 } from 'uuid';
import { imageOf, type WorldImage } from '../test/medium/image-world';

/**
 * A catalog as a large site has it, the same at each run: people and groups by Zipf's law, a fifth of the images
 * public, a sixth shared with a group, a tenth with persons; four people have each link; two fifths of the titles Chinese; 30,000 words.
 */
export interface CatalogData {
  people: readonly { id: string; username: string; groups: readonly string[] }[];
  groups: readonly string[];
  image(number: number): WorldImage;
  /** Does this image have the tag record that those after it share? */
  isFirstOfLink(number: number): boolean;
}

const TASK_TYPES = [
  'pytorch',
  'jupyter',
  'tensorflow',
  'custom',
  'webide',
  'deepspeed',
  'kuberay',
  'all',
  'openmpi',
];
const FRAMEWORKS = ['PyTorch', 'TensorFlow', 'JAX', 'DeepSpeed', 'Ray', 'vLLM', 'Megatron', 'PaddlePaddle'];
const ENGLISH = [
  'with CUDA 12.6',
  'for vision',
  'training',
  'inference',
  'data loaders',
  'my experiments',
  'notebook',
];
const CHINESE = [
  '深度学习环境',
  '大模型训练',
  '图像识别',
  '语音合成',
  '推理服务',
  '数据预处理',
  '强化学习',
  '自然语言处理',
];
const LABELS = ['大模型', 'vision', 'nlp', '语音', 'llm', 'team-a', '推理', 'cuda12', 'stable', '实验'];
const AT = Date.parse('2026-01-01T00:00:00Z');
const GROUPS_OF_EACH = 3;
const IMAGES_A_LINK = 4;

export function catalogData(peopleCount: number): CatalogData {
  const random = numbers(42);
  const groups = Array.from({ length: Math.max(10, peopleCount / 50) }, (_, at) =>
    uuidv7({ msecs: AT, seq: at, random: bytes(random) }),
  );
  const people = Array.from({ length: peopleCount }, (_, at) => ({
    id: uuidv7({ msecs: AT, seq: at, random: bytes(random) }),
    username: `p${at + 1}`,
    groups: [...new Set(Array.from({ length: GROUPS_OF_EACH }, () => pick(groups, random, 2)))],
  }));
  return {
    people,
    groups,
    image: (number) => catalogImage(number, people, groups),
    isFirstOfLink: (number) => number % IMAGES_A_LINK === 0,
  };
}

/** Images of one link follow each other, each of another person. */
function catalogImage(
  number: number,
  people: CatalogData['people'],
  groups: CatalogData['groups'],
): WorldImage {
  const first = number - (number % IMAGES_A_LINK);
  const ofLink = numbers(first + 1);
  const owners = new Set<CatalogData['people'][number]>();
  while (owners.size < IMAGES_A_LINK) owners.add(pick(people, ofLink, 1.7));
  const [maker] = owners;
  const framework = pick(FRAMEWORKS, ofLink, 2);
  const tag = `v${Math.floor(ofLink() * 4)}.${Math.floor(ofLink() * 20)}.${first}`;
  const repository = `${framework.toLowerCase()}-${pick(ENGLISH, ofLink, 1).split(' ')[0] ?? ''}`;
  const project =
    ofLink() < 0.7 ? `user-${maker?.username ?? ''}` : `team-${Math.floor(200 * ofLink() ** 2)}`;
  const kind = ofLink() < 0.97 ? 'image' : ofLink() < 0.7 ? 'index' : 'helm-chart';
  const architecture = ofLink() < 0.95 ? 'amd64' : 'arm64';
  const standing = ofLink();
  const state = standing < 0.99 ? 'as-recorded' : standing < 0.995 ? 'moved' : 'gone';
  const sizeBytes = Math.floor(ofLink() * 2e10);

  const random = numbers(number + 1_000_000_007);
  const person = [...owners][number - first];
  if (person === undefined) throw new Error(`nobody owns image ${number}`);
  const word = `w${Math.floor(30_000 * random() ** 3).toString(36)}`;
  const description =
    random() < 0.4
      ? `${pick(CHINESE, random, 1.5)} ${framework} ${word}`
      : `${framework} 24.${1 + Math.floor(random() * 12)} ${pick(ENGLISH, random, 1.5)} ${word}`;
  const sharedWith = {
    persons: random() < 0.1 ? [pick(people, random, 1.7).id] : [],
    groups: random() < 0.16 ? [pick(groups, random, 2)] : [],
    everybody: random() < 0.2,
  };
  return imageOf(
    {
      personId: person.id,
      description,
      repository,
      tag,
      project,
      labels: random() < 0.3 ? [pick(LABELS, random, 1.5)] : [],
      taskType: pick(TASK_TYPES, random, 2.5),
      kind,
      architecture,
      state,
      usedAtMs: random() < 0.3 ? AT + Math.floor(random() * 1e9) : 0,
      sizeBytes,
      sharedWith,
    },
    number,
    first,
  );
}

/** The first ones are taken the more often, the greater the exponent is. */
function pick<T>(all: readonly T[], random: () => number, exponent: number): T {
  const chosen = all[Math.floor(all.length * random() ** exponent)];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}

function bytes(random: () => number): Uint8Array {
  return Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
}

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
export function numbers(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
