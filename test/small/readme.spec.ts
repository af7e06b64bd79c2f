import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PREFIX = '/api/v1';
const ROOT = join(__dirname, '../..');

/** "GET, PUT /path?query {body}" in code marks, in the first cell of a row. */
const CALL = /`((?:[A-Z]+, )*[A-Z]+) (\/[^ `?]*)[^`]*`/g;

function routesOfReadme(): string[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const start = readme.indexOf('## The API by journey');
  const section = readme.slice(start, readme.indexOf('\n## ', start + 1));
  const cells = section.split('\n').map((line) => /^\| (.*?) \| /.exec(line)?.[1] ?? '');
  return cells.flatMap((cell) =>
    [...cell.matchAll(CALL)].flatMap(([, methods = '', path = '']) =>
      methods.split(', ').map((method) => `${method} ${path}`),
    ),
  );
}

function routesOfDocument(): string[] {
  const document = JSON.parse(readFileSync(join(ROOT, 'openapi/berth.json'), 'utf8')) as {
    paths: Record<string, Record<string, unknown>>;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(PREFIX, '')}`),
  );
}

describe('README', () => {
  it('says each call of the API once, and no other', () => {
    expect(routesOfReadme().sort()).toEqual(routesOfDocument().sort());
  });
});
