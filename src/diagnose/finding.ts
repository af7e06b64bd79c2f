import type { MessageCode, MessageParams } from '../common/messages.en';

/** `problem`: it cannot work so. `warning`: it may fail, or soon will. `hint`: worth knowing. */
export type Severity = 'problem' | 'warning' | 'hint';

/** What is wrong, and what to do: its code's title and detail in the catalogue. */
export interface Finding {
  code: MessageCode;
  severity: Severity;
  params: MessageParams;
}

export function problem(code: MessageCode, params: MessageParams = {}): Finding {
  return { code, severity: 'problem', params };
}

export function warning(code: MessageCode, params: MessageParams = {}): Finding {
  return { code, severity: 'warning', params };
}

export function hint(code: MessageCode, params: MessageParams = {}): Finding {
  return { code, severity: 'hint', params };
}
