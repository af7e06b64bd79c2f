import type { WebhookPolicy } from '../../harbor/harbor.types';
import { isOwnWebhook, newWebhook, webhookAddress, webhookNeed, webhookState } from './webhook';

const OWN = {
  address: webhookAddress('https://berth.example.com', 'user-liuyizhou'),
  authHeader: 'Bearer of-this-project',
};
const STANDING: WebhookPolicy = {
  id: 3,
  name: 'berth',
  enabled: true,
  eventTypes: ['DELETE_ARTIFACT', 'PUSH_ARTIFACT'],
  ...OWN,
};
const FOREIGN: WebhookPolicy = {
  ...STANDING,
  id: 9,
  address: 'https://chat.example.com/',
  authHeader: null,
};

describe('the webhook of a project', () => {
  it('posts to Berth’s address for this project', () => {
    expect(OWN.address).toBe('https://berth.example.com/api/v1/hooks/harbor/user-liuyizhou');
  });

  it.each<[string, WebhookPolicy[], string, ReturnType<typeof webhookNeed>]>([
    ['stands', [STANDING], 'on', { need: 'nothing' }],
    ['stands beside a foreign one', [FOREIGN, STANDING], 'on', { need: 'nothing' }],
    ['is missing', [], 'missing', { need: 'create', name: 'berth' }],
    ['is off', [{ ...STANDING, enabled: false }], 'off', { need: 'remove', removeId: 3 }],
    [
      'has another address',
      [{ ...STANDING, address: 'https://x/' }],
      'changed',
      { need: 'remove', removeId: 3 },
    ],
    ['has no Authorization', [{ ...STANDING, authHeader: null }], 'changed', { need: 'remove', removeId: 3 }],
    [
      'has another Authorization',
      [{ ...STANDING, authHeader: 'x' }],
      'changed',
      { need: 'remove', removeId: 3 },
    ],
    [
      'tells of fewer events',
      [{ ...STANDING, eventTypes: ['PUSH_ARTIFACT'] }],
      'changed',
      { need: 'remove', removeId: 3 },
    ],
    [
      'tells of more events',
      [{ ...STANDING, eventTypes: [...STANDING.eventTypes, 'PULL_ARTIFACT'] }],
      'changed',
      { need: 'remove', removeId: 3 },
    ],
    ['is another’s by name', [FOREIGN], 'missing', { need: 'create', name: 'berth-2' }],
    [
      'is another’s by name, twice',
      [FOREIGN, { ...FOREIGN, id: 10, name: 'berth-2' }],
      'missing',
      { need: 'create', name: 'berth-3' },
    ],
  ])('%s', (_, policies, state, need) => {
    expect(webhookState(policies, OWN)).toBe(state);
    expect(webhookNeed(policies, OWN)).toEqual(need);
  });

  it('is made as it stands', () => {
    const made: WebhookPolicy = { id: 1, enabled: true, ...newWebhook('berth', OWN) };
    expect(webhookNeed([made], OWN)).toEqual({ need: 'nothing' });
  });

  it('is nobody else’s', () => {
    expect(isOwnWebhook(FOREIGN, OWN)).toBe(false);
    expect(isOwnWebhook({ ...FOREIGN, address: `${OWN.address}-2` }, OWN)).toBe(false);
  });
});
