/** One thing that the doctor looked at. What is not well says what it means and what to do about it. */
export type Finding =
  | { severity: 'ok'; what: string }
  | { severity: 'warning' | 'problem'; what: string; means: string; remedy: string };

export function ok(what: string): Finding {
  return { severity: 'ok', what };
}

/** Berth works, but something will bite: sooner or later, or somebody. */
export function warning(what: string, means: string, remedy: string): Finding {
  return { severity: 'warning', what, means, remedy };
}

/** Berth does not work like this, or lets somebody take what is not theirs. */
export function problem(what: string, means: string, remedy: string): Finding {
  return { severity: 'problem', what, means, remedy };
}
