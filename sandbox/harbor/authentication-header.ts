export interface Credentials {
  name: string;
  secret: string;
}

/** The name ends at the first colon: a name that holds one can never log in. Null when this is no Basic header. */
export function basicOf(authorization: string | undefined): Credentials | null {
  const encoded = /^Basic\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (!encoded) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { name: text.slice(0, colon), secret: text.slice(colon + 1) };
}
