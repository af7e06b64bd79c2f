import { readEntryId, searchedEntryId } from './entry-id';

describe('readEntryId', () => {
  // The first three fields of an objectGUID's bytes are little-endian.
  const bytes = Buffer.from('78563412bc9af0de1122334455667788', 'hex');
  const guid = '12345678-9abc-def0-1122-334455667788';

  it.each([
    ['objectGUID', bytes, guid],
    ['objectguid', bytes, guid],
    ['objectGUID', bytes.subarray(1), null],
    [
      'entryUUID',
      Buffer.from('B3D0C1A0-5A5C-103E-9C0D-6F0B0F0E0D0C'),
      'b3d0c1a0-5a5c-103e-9c0d-6f0b0f0e0d0c',
    ],
    ['employeeNumber', Buffer.from('E-17'), 'E-17'],
    ['entryUUID', Buffer.alloc(0), null],
  ])('%s %p → %p', (attribute, value, id) => {
    expect(readEntryId(attribute, value)).toBe(id);
  });

  it('is searched for by the bytes it was read from', () => {
    expect(searchedEntryId('objectGUID', guid)).toEqual(bytes);
    expect(searchedEntryId('entryUUID', guid)).toBe(guid);
  });

  it('has nothing to search for when no entry can have the id', () => {
    expect(searchedEntryId('objectGUID', 'E-17')).toBeNull();
    expect(searchedEntryId('entryUUID', '')).toBeNull();
  });
});
