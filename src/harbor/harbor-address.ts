export type PathParts = Readonly<Record<string, string | number>>;
export type QueryParts = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Path and query of a call, encoded as Harbor wants them: a repository's name twice, because Harbor decodes it
 * once more after it found the route by slashes.
 */
export function harborAddress(template: string, path: PathParts = {}, query: QueryParts = {}): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => segment(name, path[name]));
  const asked = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`],
  );
  return asked.length === 0 ? filled : `${filled}?${asked.join('&')}`;
}

/** `.` and `..` would be taken out of the URL, and the call would be another one. */
function segment(name: string, value: string | number | undefined): string {
  const text = String(value ?? '');
  if (text === '' || text === '.' || text === '..') throw new RangeError(`not a path segment: ${name}`);
  const once = encodeURIComponent(text).replaceAll('%3A', ':');
  return name === 'repository_name' ? encodeURIComponent(once) : once;
}

/**
 * `q` for rows whose `key` is exactly `value`. Harbor unescapes `q` a second time, and takes a leading `~ [ { (`
 * for an operator unless a backslash stands before it. It cuts at commas, so none can be looked for.
 */
export function exactly(key: string, value: string): string {
  if (value === '' || value.includes(',')) throw new RangeError(`Harbor cannot look for this ${key}`);
  const literal = /^[~[{(\\]/.test(value) ? `\\${value}` : value;
  return `${key}=${encodeURIComponent(literal)}`;
}
