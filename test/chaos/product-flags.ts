import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Those of Node that `npm start` has, as the image. */
export function productFlags(): string[] {
  let folder = __dirname;
  // Compiled or not, this file is somewhere below it.
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}
