import { DomainError } from '../common/errors';
import { outcomeOf } from './audit-outcome';

describe('outcomeOf', () => {
  it.each([
    [new DomainError('conflict', 'account.credentials-exist'), 'refused', 'account.credentials-exist'],
    [new DomainError('unauthenticated', 'auth.refresh-invalid'), 'refused', 'auth.refresh-invalid'],
    [new DomainError('upstream-timeout', 'harbor.timeout'), 'failed', 'harbor.timeout'],
    [new DomainError('upstream-rejected', 'harbor.unauthorized'), 'failed', 'harbor.unauthorized'],
    [new DomainError('upstream-unavailable', 'database.unavailable'), 'failed', 'database.unavailable'],
    [new Error('anything'), 'failed', 'request.failed'],
    ['not an error', 'failed', 'request.failed'],
  ])('of %s is %s', (error, outcome, code) => {
    expect(outcomeOf(error)).toEqual({ outcome, code });
  });

  it('is none for a try that was throttled', () => {
    expect(outcomeOf(new DomainError('too-many', 'account.too-many-credentials'))).toBeNull();
  });
});
