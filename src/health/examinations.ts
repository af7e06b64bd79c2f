import type { Config } from '../config/config';
import { surveyDirectory } from '../directory/directory-survey';
import { surveyHarbor } from '../harbor/harbor-survey';
import { surveyDatabase } from './database-survey';
import type { Examination } from './doctor';
import { examineAddresses } from './doctor.addresses';
import { examineDatabase } from './doctor.database';
import { examineDirectory } from './doctor.directory';
import { examineHarbor } from './doctor.harbor';
import { examineRedis } from './doctor.redis';
import { surveyRedis } from './redis-survey';

/** Everything that the doctor looks at, in the order of the report. */
export function examinationsOf(config: Config): Examination[] {
  const { database, harbor, directory } = config;
  return [
    { subject: 'Database', examine: () => examineDatabase(database, () => surveyDatabase(database)) },
    { subject: 'Redis', examine: () => examineRedis(config, surveyRedis) },
    { subject: 'Harbor', examine: () => examineHarbor(() => surveyHarbor(harbor), new Date()) },
    { subject: 'Directory', examine: () => examineDirectory(directory, () => surveyDirectory(directory)) },
    { subject: 'Addresses', examine: () => examineAddresses(config) },
  ];
}
