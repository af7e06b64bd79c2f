import { describeError } from '../common/describe-error';
import { problem, type Finding } from './finding';

/** One part of the surroundings, looked at without changing anything. */
export interface Examination {
  /** As the report's heading: "Harbor". */
  subject: string;
  readonly examine: () => Promise<readonly Finding[]>;
}

export interface ReportPart {
  subject: string;
  findings: readonly Finding[];
}

/** Looks at everything, side by side; an examination that breaks is a finding, and hides no other. */
export async function examineAll(examinations: readonly Examination[]): Promise<ReportPart[]> {
  return Promise.all(
    examinations.map(async ({ subject, examine }) => ({
      subject,
      findings: await examine().catch((error: unknown) => [broken(error)]),
    })),
  );
}

export function countOf(report: readonly ReportPart[], severity: Finding['severity']): number {
  return report.flatMap(({ findings }) => findings).filter((finding) => finding.severity === severity).length;
}

/** The report as people read it: a heading for each subject, and what is not well with its meaning and remedy. */
export function renderReport(report: readonly ReportPart[]): string {
  const parts = report.map(({ subject, findings }) =>
    [subject, ...findings.flatMap(renderFinding)].join('\n'),
  );
  const problems = countOf(report, 'problem');
  const warnings = countOf(report, 'warning');
  const verdict =
    problems + warnings === 0
      ? 'All is well.'
      : `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}.`;
  return [...parts, verdict].join('\n\n');
}

const MARKS: Readonly<Record<Finding['severity'], string>> = {
  ok: '  ok       ',
  warning: '  WARNING  ',
  problem: '  PROBLEM  ',
};

function renderFinding(finding: Finding): string[] {
  const first = `${MARKS[finding.severity]}${finding.what}`;
  if (finding.severity === 'ok') return [first];
  return [first, `           It means: ${finding.means}`, `           What to do: ${finding.remedy}`];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The name and code alone: a message of an unknown error may carry what was sent. */
function broken(error: unknown): Finding {
  const { name, code } = describeError(error);
  return problem(
    `could not be examined: ${name}${code === undefined ? '' : ` (${code})`}`,
    'the doctor itself failed here; nothing is known',
    'Run it again; if it stays, report it with the version of Berth.',
  );
}
