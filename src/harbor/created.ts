import { rejected } from './harbor-call-error';
import type { Answer } from './harbor-operation';
import type { Created } from './harbor.types';

/** The id of what was made is in the Location header alone; 409 is "exists". Null for any other refusal. */
export function createdFrom(answer: Answer<null>, path: string): Created | null {
  if (!answer.ok) return answer.status === 409 ? { outcome: 'exists' } : null;
  if (answer.createdId === null) throw rejected({ method: 'post', path }, 201, 'no id in Location');
  return { outcome: 'created', id: answer.createdId };
}
