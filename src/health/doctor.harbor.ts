import { DomainError } from '../common/errors';
import type { HarborSurvey, ServiceAccount } from '../harbor/harbor-survey';
import { ok, problem, warning, type Finding } from './finding';
import { networkAdvice } from './network-advice';

const DAY_MS = 86_400_000;
const EXPIRY_NOTICE_DAYS = 14;
/** From here on a robot can keep users, and an administrator's password costs Harbor 100 ms at every call. */
const ROBOT_VERSION = '2.15.0';

/** Can Berth do its work in Harbor, and can nobody else take what is a person's? */
export async function examineHarbor(survey: () => Promise<HarborSurvey>, now: Date): Promise<Finding[]> {
  let found: HarborSurvey;
  try {
    found = await survey();
  } catch (error) {
    if (error instanceof DomainError) return [unreachable(error)];
    throw error;
  }
  const { system, unhealthy, account } = found;
  return [
    ok(
      `Harbor ${system.version ?? '(which does not tell its version)'} answers, and accepts the service account`,
    ),
    ...examineHealth(unhealthy),
    ...examineAccount(account, system.version, now),
    examineAuthMode(system.authMode),
    examineProjectCreation(system.projectCreationRestriction),
    examineSelfRegistration(system.selfRegistration),
    examineReadOnly(system.readOnly),
  ];
}

function unreachable(error: DomainError): Finding {
  const reason = error.cause instanceof Error ? error.cause.message : error.code;
  const settings = { url: 'HARBOR_URL', ca: 'HARBOR_CA_FILE' };
  switch (error.code) {
    case 'harbor.unauthorized':
      return problem(
        'Harbor does not accept the service account',
        'Berth can do nothing in Harbor; it also looks like this while Harbor’s database is away',
        'Correct HARBOR_USERNAME (a robot’s begins with "robot$": put it in single quotes) and HARBOR_PASSWORD, or make a new robot with "npm run service-account".',
      );
    case 'harbor.rejected':
      return problem(
        `what answers at HARBOR_URL is not Harbor, or refuses Berth (${reason})`,
        'Berth can do nothing in Harbor',
        'Set HARBOR_URL to scheme, host and port of Harbor itself, and let the proxy pass /api/ on unchanged.',
      );
    default:
      return problem(
        `Harbor cannot be reached (${reason})`,
        'Berth can do nothing in Harbor',
        networkAdvice(reason, settings),
      );
  }
}

function examineHealth(unhealthy: readonly string[]): Finding[] {
  if (unhealthy.length === 0) return [];
  return [
    warning(
      `Harbor says that parts of it are not well: ${unhealthy.join(', ')}`,
      'some of what Berth asks of it will fail',
      'Look at the logs of these containers of Harbor.',
    ),
  ];
}

function examineAccount(account: ServiceAccount, version: string | null, now: Date): Finding[] {
  const robotsWork = version === null ? null : isAtLeast(version, ROBOT_VERSION);
  return account.kind === 'robot'
    ? [...examineRobot(account, robotsWork), ...examineExpiry(account.expiresAt, now)]
    : [examineUser(account.isSystemAdmin, robotsWork)];
}

function examineRobot(
  { missingRights }: Extract<ServiceAccount, { kind: 'robot' }>,
  robotsWork: boolean | null,
): Finding[] {
  if (robotsWork === false) {
    return [
      problem(
        `the service account is a robot, and this Harbor is older than ${ROBOT_VERSION}`,
        'there a robot cannot reset passwords, delete users or make robots of projects',
        'Use a user of Harbor that is a system administrator, made for Berth alone.',
      ),
    ];
  }
  const remedy =
    'Make a new robot with "npm run service-account": a robot’s rights are fixed when it is made with them.';
  if (missingRights === null) {
    return [
      problem(
        'the service robot cannot see its own rights',
        'the right robot:list is missing, and perhaps others',
        remedy,
      ),
    ];
  }
  if (missingRights.length > 0) {
    return [
      problem(`the service robot lacks rights: ${missingRights.join(', ')}`, 'what needs them fails', remedy),
    ];
  }
  return [ok('the service account is a robot with all the rights that Berth uses')];
}

function examineExpiry(expiresAt: Date | null, now: Date): Finding[] {
  if (expiresAt === null || expiresAt.getTime() - now.getTime() > EXPIRY_NOTICE_DAYS * DAY_MS) return [];
  return [
    warning(
      `the service robot ends on ${expiresAt.toISOString()}`,
      'from then on Berth can do nothing in Harbor',
      'Make a new one with "npm run service-account", put it into the configuration, then delete the old one.',
    ),
  ];
}

function examineUser(isSystemAdmin: boolean, robotsWork: boolean | null): Finding {
  if (!isSystemAdmin) {
    return problem(
      'the service account is a user of Harbor without administrator rights',
      'Berth can make neither users nor projects for others',
      'Make a robot with "npm run service-account" (Harbor 2.15 or later), or make that user a system administrator.',
    );
  }
  if (robotsWork) {
    return warning(
      'the service account is an administrator of Harbor',
      'it may do more than Berth needs, and each of its calls costs Harbor 100 ms of CPU (a robot’s 4 ms)',
      'Make a robot with "npm run service-account" and put it into the configuration.',
    );
  }
  return ok('the service account is a system administrator of Harbor');
}

function examineAuthMode(authMode: string): Finding {
  if (authMode === 'db_auth') return ok('Harbor keeps its own users (db_auth)');
  return problem(
    `Harbor’s auth mode is ${authMode}`,
    'it makes no local users then, so Berth can give nobody an account',
    'Berth needs db_auth. Harbor changes the mode only while it has no users but admin.',
  );
}

function examineProjectCreation(restriction: HarborSurvey['system']['projectCreationRestriction']): Finding {
  if (restriction === 'adminonly') return ok('only administrators make projects in Harbor');
  return problem(
    restriction === 'everyone'
      ? 'everyone may make projects in Harbor'
      : 'Harbor does not tell who may make projects',
    'anyone who has an account can take the name user-<somebody> before that person does',
    'In Harbor: Administration, Configuration, System Settings, "Project Creation": "Admin Only".',
  );
}

function examineSelfRegistration(selfRegistration: boolean): Finding {
  if (!selfRegistration) return ok('nobody registers in Harbor by himself');
  return problem(
    'everyone may register in Harbor by himself',
    'anyone can take the username of a person who has no account yet, and see what is shared with all users',
    'In Harbor: Administration, Configuration, Authentication: turn off "Allow Self-Registration".',
  );
}

function examineReadOnly(readOnly: boolean | null): Finding {
  if (readOnly === false) return ok('Harbor takes writes');
  return warning(
    readOnly === true ? 'Harbor is read-only now' : 'Harbor does not tell whether it is read-only',
    'while it is, nobody can push, and Berth makes no accounts',
    'In Harbor: Administration, Configuration, System Settings: turn off "Repository Read Only".',
  );
}

function isAtLeast(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
