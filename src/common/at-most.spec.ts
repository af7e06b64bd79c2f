import { LRUCache } from 'lru-cache';
import { atMost } from './at-most';

describe('atMost', () => {
  it('keeps that many entries, and lets go what was asked for least lately', () => {
    const kept = new LRUCache<string, number>({ ...atMost(2), ttl: 60_000 });
    kept.set('one', 1).set('two', 2);
    kept.get('one');
    kept.set('three', 3);
    expect([...kept.keys()].sort()).toEqual(['one', 'three']);
    kept.set('three', 4);
    expect(kept.size).toBe(2);
  });
});
