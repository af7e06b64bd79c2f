import { createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKey } from '../../common/secret-keys';

/**
 * The Authorization value that Harbor sends with each webhook of this project. It is derived, so it is stored nowhere;
 * whoever administers the project can read it in Harbor, so it proves no more than "about this project".
 * @param harborProjectId Harbor's own id: a project made again under the same name has another value
 */
export function webhookAuthorization(secretsKey: string, harborProjectId: number): string {
  const mac = createHmac('sha256', deriveKey(secretsKey, 'webhook')).update(String(harborProjectId));
  return `Bearer ${mac.digest('base64url')}`;
}

/** Is it the value that `webhookAuthorization` made? Takes the same time for every wrong one. */
export function isWebhookAuthorization(expected: string, authorization: string | undefined): boolean {
  const wanted = Buffer.from(expected);
  const given = Buffer.from(authorization ?? '');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
