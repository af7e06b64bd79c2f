import type { Language } from '../common/messages';

const LABELS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  all: { en: 'All', zh: '通用' },
  jupyter: { en: 'Jupyter', zh: 'Jupyter' },
  webide: { en: 'Web IDE', zh: 'Web IDE' },
  pytorch: { en: 'PyTorch', zh: 'PyTorch' },
  tensorflow: { en: 'TensorFlow', zh: 'TensorFlow' },
  kuberay: { en: 'KubeRay', zh: 'KubeRay' },
  deepspeed: { en: 'DeepSpeed', zh: 'DeepSpeed' },
  openmpi: { en: 'Open MPI', zh: 'Open MPI' },
  custom: { en: 'Custom', zh: '自定义' },
};

/** The name people see; a site's own task type is its id. */
export function taskTypeLabel(id: string, language: Language): string {
  return LABELS[id]?.[language] ?? id;
}
