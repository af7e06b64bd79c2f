import * as fc from 'fast-check';
import { deriveKey, open, seal } from './secret-keys';

const KEY = deriveKey('a secrets key of more than 32 characters', 'tests');

describe('sealed texts', () => {
  it('open with the same key and context, and show nothing before', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), fc.string(), (text, context) => {
        const sealed = seal(KEY, text, context);
        expect(open(KEY, sealed, context)).toBe(text);
        expect(sealed).not.toContain(text);
      }),
    );
  });

  it('are different each time', () => {
    expect(seal(KEY, 'the same', 'row')).not.toBe(seal(KEY, 'the same', 'row'));
  });

  it('do not open with a key for another purpose, for another row, or when they were changed', () => {
    const sealed = seal(KEY, 'secret', 'row-1');
    expect(open(deriveKey('a secrets key of more than 32 characters', 'other'), sealed, 'row-1')).toBeNull();
    expect(open(KEY, sealed, 'row-2')).toBeNull();
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (const at of [0, 12, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(open(KEY, `v1.${changed.toString('base64url')}`, 'row-1')).toBeNull();
    }
    for (const text of ['', 'v1.', 'v1.AAAA', sealed.replace('v1', 'v2')])
      expect(open(KEY, text, 'row-1')).toBeNull();
  });
});
