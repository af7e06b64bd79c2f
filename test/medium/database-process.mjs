/** Lets a process of its own run our TypeScript without a build: `node database-process.mjs <file.ts> …`. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import typescript from 'typescript';

const require = createRequire(import.meta.url);
const { config } = typescript.readConfigFile('tsconfig.json', (path) => readFileSync(path, 'utf8'));
const { options } = typescript.convertCompilerOptionsFromJson(config.compilerOptions, '.');
// The type of modules that Node's own detection would take from package.json.
const compilerOptions = { ...options, module: typescript.ModuleKind.CommonJS, moduleResolution: undefined };

require.extensions['.ts'] = (module, fileName) => {
  const source = readFileSync(fileName, 'utf8');
  module._compile(typescript.transpileModule(source, { fileName, compilerOptions }).outputText, fileName);
};
require(resolve(process.argv[2]));
