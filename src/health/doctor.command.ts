import 'reflect-metadata';
import { ConfigError } from '../config/config-error';
import type { Config } from '../config/config';
import { loadConfigFromProcess } from '../config/load-config';
import { countOf, examineAll, renderReport, type ReportPart } from './doctor';
import { examinationsOf } from './examinations';
import { ok, problem, type Finding } from './finding';

/** `npm run doctor`: is this configuration good, and what is to do? Changes nothing. Exit code 1 on a problem. */
async function main(): Promise<void> {
  const report = await diagnose();
  console.log(renderReport(report));
  process.exitCode = countOf(report, 'problem') > 0 ? 1 : 0;
}

async function diagnose(): Promise<ReportPart[]> {
  let config: Config;
  try {
    config = loadConfigFromProcess();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [{ subject: 'Configuration', findings: error.problems.map(wrongKey) }];
  }
  const readable = { subject: 'Configuration', findings: [ok('every key can be read')] };
  return [readable, ...(await examineAll(examinationsOf(config)))];
}

function wrongKey({ key, expected }: ConfigError['problems'][number]): Finding {
  return problem(
    `${key} ${expected}`,
    'Berth does not start',
    '.env.example explains it; nothing else was looked at.',
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
