import 'reflect-metadata';
import { ConfigError } from '../config/config-error';
import type { Config } from '../config/config';
import { loadConfigFromProcess } from '../config/load-config';
import { surveyDirectory, type DirectorySurvey } from '../directory/directory-survey';
import { LdapFailure } from '../directory/ldap-failure';
import { surveyHarbor } from '../harbor/harbor-survey';
import { surveyDatabase } from './database-survey';
import { countOf, examineAll, renderReport, type Examination, type ReportPart } from './doctor';
import { examineAddresses } from './doctor.addresses';
import { examineDatabase } from './doctor.database';
import { examineDirectory, type DirectoryFailure } from './doctor.directory';
import { examineHarbor } from './doctor.harbor';
import { ok, problem } from './finding';

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
  return [readable, ...(await examineAll(examinations(config)))];
}

function wrongKey({ key, expected }: ConfigError['problems'][number]): ReturnType<typeof problem> {
  return problem(
    `${key} ${expected}`,
    'Berth does not start',
    '.env.example explains it; nothing else was looked at.',
  );
}

function examinations(config: Config): Examination[] {
  return [
    {
      subject: 'Database',
      examine: () => examineDatabase(config.database, () => surveyDatabase(config.database)),
    },
    { subject: 'Harbor', examine: () => examineHarbor(() => surveyHarbor(config.harbor), new Date()) },
    {
      subject: 'Directory',
      examine: () => examineDirectory(config.directory, () => lookAtDirectory(config)),
    },
    { subject: 'Addresses', examine: () => examineAddresses(config) },
  ];
}

async function lookAtDirectory({ directory }: Config): Promise<DirectorySurvey | DirectoryFailure> {
  try {
    return await surveyDirectory(directory);
  } catch (error) {
    if (error instanceof LdapFailure) return error;
    throw error;
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
