/**
 * node scripts/start.mjs <module> [arguments]: runs dist/<module>.js in this process, after a build where src/ is newer.
 * A container has no src/ and starts at once.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const BUILD_FILES = ['package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'];

function changedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newestSourceMs() {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true })
    .filter((name) => !name.endsWith('.spec.ts'))
    .map((name) => join('src', name));
  return Math.max(...[...sources, ...BUILD_FILES].map((name) => changedMs(join(ROOT, name))));
}

function build() {
  const nest = join(ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const done = spawnSync(process.execPath, [nest, 'build'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

const [name, ...args] = process.argv.slice(2);
const target = join(ROOT, 'dist', `${name ?? ''}.js`);
if (existsSync(join(ROOT, 'src')) && newestSourceMs() > changedMs(target)) build();
if (!existsSync(target)) {
  console.error(
    `There is no ${name ?? 'module'} to start. Usage: node scripts/start.mjs <module> [arguments]`,
  );
  process.exit(1);
}
// Absent before Node 22.8.
module.enableCompileCache?.();
process.argv = [process.execPath, target, ...args];
await import(pathToFileURL(target).href);
