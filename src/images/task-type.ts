import { DomainError } from '../common/errors';
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

/**
 * @param pointer to the field that it came in
 * @throws DomainError invalid `image.task-type-unknown`, which names those that there are
 */
export function requireTaskType(taskType: string, taskTypes: readonly string[], pointer: string): void {
  if (taskTypes.includes(taskType)) return;
  const params = { taskType, taskTypes: taskTypes.join(', ') };
  const code = 'image.task-type-unknown';
  throw new DomainError('invalid', code, params, { errors: [{ pointer, code, params }] });
}
