import { isDomainError, isOutage } from '../common/errors';
import type { AuditOutcome } from './audit-entry.entity';

/**
 * How an action ended that threw this. Null when it never began: a throttled try leaves no row, or whoever is
 * throttled could fill the table.
 */
export function outcomeOf(error: unknown): { outcome: AuditOutcome; code: string } | null {
  if (!isDomainError(error)) return { outcome: 'failed', code: 'request.failed' };
  if (error.kind === 'too-many') return null;
  return { outcome: isOutage(error) ? 'failed' : 'refused', code: error.code };
}
