import { createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKey } from '../common/secret-keys';

/**
 * The Authorization value that Harbor sends with each webhook of this project. It is derived, so it is stored nowhere;
 * whoever administers the project can read it in Harbor, so it proves no more than "about this project".
 * @param harborProjectId Harbor's own id: a project made again under the same name has another value
 */
export function webhookAuthorization(secretsKey: string, harborProjectId: number): string {
  const mac = createHmac('sha256', deriveKey(secretsKey, 'webhook')).update(String(harborProjectId));
  return `Bearer ${mac.digest('base64url')}`;
}

/** Is this the Authorization header of that project's webhook? Takes the same time for every wrong one. */
export function isWebhookAuthorization(
  secretsKey: string,
  harborProjectId: number,
  authorization: string | undefined,
): boolean {
  const expected = Buffer.from(webhookAuthorization(secretsKey, harborProjectId));
  const given = Buffer.from(authorization ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
