import { isWebhookAuthorization, webhookAuthorization } from './webhook-secret';

const KEY = 'a-secrets-key-of-at-least-32-characters';

describe('the Authorization of a project’s webhook', () => {
  it('is the same each time, and a header as it may be sent', () => {
    expect(webhookAuthorization(KEY, 7)).toBe(webhookAuthorization(KEY, 7));
    expect(webhookAuthorization(KEY, 7)).toMatch(/^Bearer [A-Za-z0-9_-]{43}$/);
  });

  it('is another for another project and with another key', () => {
    const authorization = webhookAuthorization(KEY, 7);
    expect(isWebhookAuthorization(authorization, authorization)).toBe(true);
    expect(isWebhookAuthorization(webhookAuthorization(KEY, 70), authorization)).toBe(false);
    expect(isWebhookAuthorization(webhookAuthorization(`${KEY}.`, 7), authorization)).toBe(false);
  });

  it.each([undefined, '', 'Bearer', 'Bearer x', webhookAuthorization(KEY, 7).toLowerCase()])(
    'is not %p',
    (authorization) => {
      expect(isWebhookAuthorization(webhookAuthorization(KEY, 7), authorization)).toBe(false);
    },
  );
});
