const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Active Directory keeps a GUID's first three fields little-endian (MS-DTYP 2.3.4.2). */
function swapGuid(hex: string): string {
  const swapped = [3, 2, 1, 0, 5, 4, 7, 6].map((byte) => hex.slice(byte * 2, byte * 2 + 2)).join('');
  return swapped + hex.slice(16);
}

function isBinary(idAttribute: string): boolean {
  return idAttribute.toLowerCase() === 'objectguid';
}

/**
 * The id of an entry as Berth keeps it: a UUID in lower case (from the 16 bytes of an objectGUID too), anything else
 * as it is. Null when the value cannot be an id of this attribute.
 */
export function readEntryId(idAttribute: string, value: Buffer): string | null {
  if (isBinary(idAttribute)) {
    if (value.length !== 16) return null;
    const hex = swapGuid(value.toString('hex'));
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
  const text = value.toString('utf8');
  if (text === '') return null;
  return UUID.test(text) ? text.toLowerCase() : text;
}

/** The value to search for: what `readEntryId` made the id of. Null when no entry can have this id. */
export function searchedEntryId(idAttribute: string, id: string): string | Buffer | null {
  if (!isBinary(idAttribute)) return id === '' ? null : id;
  if (!UUID.test(id)) return null;
  return Buffer.from(swapGuid(id.replaceAll('-', '')), 'hex');
}
