/**
 * The pattern language of Harbor's selectors: `*` stops at `/`, `**` does not, `?`, `[a-z]`, `{a,b}`. Case-sensitive.
 * Throws on a pattern that does not close what it opens; Harbor then takes the rule for one that matches nothing.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return new RegExp(`^${translate(pattern)}$`, 's').test(text);
}

function translate(pattern: string): string {
  let out = '';
  let depth = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? '';
    if (pattern.startsWith('**/', at)) {
      out += '(?:.*/)?';
      at += 2;
    } else if (pattern.startsWith('**', at)) {
      out += '.*';
      at += 1;
    } else if (char === '*') out += '[^/]*';
    else if (char === '?') out += '[^/]';
    else if (char === '{') {
      depth += 1;
      out += '(?:';
    } else if (char === '}' && depth > 0) {
      depth -= 1;
      out += ')';
    } else if (char === ',' && depth > 0) out += '|';
    else if (char === '[') {
      const end = pattern.indexOf(']', at + 1);
      if (end < 0) throw new Error('syntax error in pattern');
      out += `[${pattern.slice(at + 1, end).replace(/^!/, '^')}]`;
      at = end;
    } else out += char.replace(/[.+^$()|\\/\]}]/, '\\$&');
  }
  if (depth > 0) throw new Error('syntax error in pattern');
  return out;
}
