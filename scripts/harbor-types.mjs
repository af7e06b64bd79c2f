/**
 * Makes the Harbor client's types and reply checks from openapi/harbor.yaml, the one description of what Berth
 * uses of Harbor. Both files are committed; `npm run verify` makes them again and fails on a difference.
 */
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import * as prettier from 'prettier';
import { parse } from 'yaml';

const source = new URL('../openapi/harbor.yaml', import.meta.url);
const types = new URL('../src/harbor/harbor-api.generated.ts', import.meta.url);
const replies = new URL('../src/harbor/harbor-replies.generated.ts', import.meta.url);
const made = '// Made from openapi/harbor.yaml by `npm run harbor:types`: change that file, not this one.\n';

const api = parse(await readFile(source, 'utf8'));

/** The document with every $ref replaced by what it names; a checker then needs no document. */
function inlined(value) {
  if (Array.isArray(value)) return value.map(inlined);
  if (typeof value !== 'object' || value === null) return value;
  if (value.$ref !== undefined)
    return inlined(
      value.$ref
        .slice(2)
        .split('/')
        .reduce((at, key) => at[key], api),
    );
  const kept = Object.entries(value).filter(([key, of]) => key !== 'description' || typeof of !== 'string');
  return Object.fromEntries(kept.map(([key, of]) => [key, inlined(of)]));
}

/** Each call's status of success, and the schema of its reply (null: a reply without a body). */
function repliesOf(paths) {
  const found = {};
  for (const [path, item] of Object.entries(paths)) {
    for (const method of ['get', 'post', 'put', 'delete']) {
      if (item[method] === undefined) continue;
      const [status, response] = Object.entries(item[method].responses).find(([code]) =>
        code.startsWith('2'),
      );
      const schema = inlined(response).content?.['application/json'].schema ?? null;
      found[`${method} ${path}`] = { status: Number(status), schema };
    }
  }
  return found;
}

const schemas = { replies: repliesOf(api.paths), errors: inlined(api.components.schemas.Errors) };
const code = `${made}
export const harborReplies = ${JSON.stringify(schemas.replies)} as const;

/** The body of every refusal of Harbor. */
export const harborErrors = ${JSON.stringify(schemas.errors)} as const;
`;

await writeFile(types, made + astToString(await openapiTS(source)));
const style = await prettier.resolveConfig(replies.pathname);
await writeFile(replies, await prettier.format(code, { ...style, parser: 'typescript' }));
