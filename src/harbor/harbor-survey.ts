import { isDomainError } from '../common/errors';
import type { HarborConfig } from '../config/config';
import { HarborCallError } from './harbor-call-error';
import { HarborHttp } from './harbor-http';
import { HarborOperation } from './harbor-operation';
import { findRobotByLogin } from './harbor-robots';
import { health, system } from './harbor-system';
import type { HarborRobot, HarborSystem } from './harbor.types';
import { missingRights } from './service-account-rights';

/** What Harbor knows the service account as. */
export type ServiceAccount =
  | {
      kind: 'robot';
      /** Null when it may not even look itself up (`robot:list`). */
      missingRights: string[] | null;
      /** Null when it never ends, or is not known. */
      expiresAt: Date | null;
    }
  | { kind: 'user'; isSystemAdmin: boolean };

export interface HarborSurvey {
  system: HarborSystem;
  /** Parts of Harbor that it says are not healthy, such as `database`. */
  unhealthy: string[];
  account: ServiceAccount;
}

/**
 * What Harbor and Berth's account in it look like, for the doctor; changes nothing. Throws the same DomainErrors as
 * the client: `harbor.unavailable`, `harbor.timeout`, `harbor.unauthorized`, `harbor.rejected`.
 */
export async function surveyHarbor(config: HarborConfig): Promise<HarborSurvey> {
  const http = new HarborHttp(config);
  try {
    const harbor = new HarborOperation(http);
    // The first call that wrong credentials fail: those before it would be answered as to anybody.
    const account = await surveyAccount(harbor, config.username);
    const components = await health(harbor);
    const unhealthy = components.filter(({ healthy }) => !healthy).map(({ name }) => name);
    return { system: await system(harbor), unhealthy, account };
  } finally {
    http.close();
  }
}

async function surveyAccount(harbor: HarborOperation, username: string): Promise<ServiceAccount> {
  const current = await harbor.get('/users/current', {});
  if (current.ok) return { kind: 'user', isSystemAdmin: current.body.sysadmin_flag ?? false };
  // "Not available for security context: robot".
  if (current.status !== 412) throw current.rejection();
  return surveyRobot(harbor, username);
}

/** Harbor lists the robots of the system with their permissions, this one among them. */
async function surveyRobot(harbor: HarborOperation, username: string): Promise<ServiceAccount> {
  const self = await visibleRobot(harbor, username);
  return {
    kind: 'robot',
    missingRights: self === null ? null : missingRights(self.permissions),
    expiresAt: self?.expiresAt ?? null,
  };
}

async function visibleRobot(harbor: HarborOperation, username: string): Promise<HarborRobot | null> {
  try {
    return await findRobotByLogin(harbor, username);
  } catch (error) {
    const forbidden =
      isDomainError(error) && error.cause instanceof HarborCallError && error.cause.status === 403;
    if (forbidden) return null;
    throw error;
  }
}
