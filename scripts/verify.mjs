/**
 * npm run verify: everything that must hold, each step by name with its time, all of them also when one fails. Ends in
 * the line "N passed, N failed" (tests, and each other step as one); the exit code is 0 only when nothing failed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { startServers } from './servers.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STEP_TIMEOUT_MS = 10 * 60_000;
const TESTS_TIMEOUT_MS = 45 * 60_000;

const CHECKS = {
  format: { program: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
  lint: { program: 'eslint', args: ['--max-warnings', '0', '.'] },
  types: { program: 'tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
  'who may import whom': { program: 'depcruise', args: ['src', '--config', '.dependency-cruiser.cjs'] },
  build: { program: 'nest', args: ['build'] },
};

/** Files that are made by a script and committed: making them again, from the build, must change nothing. */
const GENERATED = [
  {
    script: 'harbor:types',
    command: ['scripts/harbor-types.mjs'],
    files: ['src/harbor/harbor-api.generated.ts', 'src/harbor/harbor-replies.generated.ts'],
  },
  { script: 'openapi', command: ['dist/openapi.command.js'], files: ['openapi/berth.json'] },
];

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/**
 * Runs a program of the project's own; resolves to its exit code (null when it took too long) and its output, or
 * shows that as it comes.
 */
function run(program, args, { env = {}, timeoutMs = STEP_TIMEOUT_MS, isShown = false } = {}) {
  const path = program === 'node' ? process.execPath : join(ROOT, 'node_modules', '.bin', program);
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, {
      cwd: ROOT,
      stdio: isShown ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
    running.add(child);
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('error', reject);
    child.once(isShown ? 'exit' : 'close', (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, output: Buffer.concat(output).toString().trim() });
    });
  });
}

const results = [];

/** `work` resolves to what is wrong, or to null. */
async function step(name, work) {
  const startedAt = Date.now();
  const problem = await work().catch((error) => error.message);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  results.push({ name, seconds, passed: problem === null ? 1 : 0, failed: problem === null ? 0 : 1 });
  if (problem !== null) console.log(`\n── ${name}\n${problem}`);
  console.log(`${problem === null ? 'ok' : 'FAILED'}: ${name}, ${seconds} s`);
}

async function check(name) {
  const { program, args } = CHECKS[name];
  await step(name, async () => {
    const { code, output } = await run(program, args);
    return code === 0
      ? null
      : `${output}\n${program} ${code === null ? 'took too long' : `ended with ${code}`}`;
  });
}

/** Makes the files again, compares, and puts back what was there. */
async function checkGenerated({ script, command, files }) {
  const read = (file) => (existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file)) : null);
  const before = files.map(read);
  const { code, output } = await run('node', command);
  const changed = files.filter((file, index) => {
    const [committed, made] = [before[index], read(file)];
    if (committed !== null && made !== null && committed.equals(made)) return false;
    if (committed !== null) writeFileSync(join(ROOT, file), committed);
    return true;
  });
  if (code !== 0) return `${output}\n${command.join(' ')} ended with ${code}`;
  return changed.length === 0
    ? null
    : `not up to date: ${changed.join(', ')}. Run "npm run ${script}" and commit it.`;
}

function printFailure(file, name, messages) {
  const lines = stripVTControlCharacters(messages.join('\n')).split('\n').slice(0, 12);
  console.log(`\n✕ ${relative(ROOT, file)}\n  ${name}\n${lines.map((line) => `    ${line}`).join('\n')}`);
}

function printSlowest(testResults) {
  const files = testResults.map(({ name, startTime, endTime }) => ({ name, ms: endTime - startTime }));
  files.sort((one, other) => other.ms - one.ms);
  console.log('\nthe slowest files:');
  for (const { name, ms } of files.slice(0, 12))
    console.log(`  ${(ms / 1000).toFixed(1).padStart(6)} s  ${relative(ROOT, name)}`);
}

/** All jest projects in one run; a file that does not run, and a skipped test, count as failed. */
async function runTests(env) {
  console.log('\n── tests');
  const startedAt = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'berth-verify-'));
  const outputFile = join(folder, 'jest.json');
  const count = { name: 'tests', passed: 0, failed: 0 };
  try {
    // A worker keeps what its files loaded: without a bound two of them come to 4 GB.
    const args = ['--maxWorkers=2', '--workerIdleMemoryLimit=1GB', '--json', `--outputFile=${outputFile}`];
    // What a test leaves in its temporary folder goes with ours.
    const options = { env: { ...env, TMPDIR: folder }, timeoutMs: TESTS_TIMEOUT_MS, isShown: true };
    const { code } = await run('jest', args, options);
    if (existsSync(outputFile)) {
      const { testResults } = JSON.parse(readFileSync(outputFile, 'utf8'));
      printSlowest(testResults);
      for (const { name: file, message, assertionResults } of testResults) {
        const notPassed = assertionResults.filter(({ status }) => status !== 'passed');
        count.passed += assertionResults.length - notPassed.length;
        count.failed += notPassed.length;
        for (const test of notPassed) {
          printFailure(
            file,
            test.fullName,
            test.status === 'failed' ? test.failureMessages : [`is ${test.status}`],
          );
        }
        if (assertionResults.length === 0) {
          count.failed += 1;
          printFailure(file, 'could not run', [message]);
        }
      }
    }
    if (count.passed + count.failed === 0 || (code !== 0 && count.failed === 0)) {
      count.failed += 1;
      console.log(code === null ? 'the tests took too long' : `jest ended with ${code}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  results.push({ ...count, seconds });
}

let servers = null;
async function serversUp() {
  await step('servers up', async () => {
    servers = await startServers();
    return null;
  });
}

async function theOtherChecks() {
  for (const name of ['format', 'types', 'who may import whom', 'build']) await check(name);
}

const serversAreUp = serversUp();
// At a terminal it may ask something first.
if (process.stdin.isTTY) await serversAreUp;
await Promise.all([serversAreUp, check('lint'), theOtherChecks()]);
for (const made of GENERATED) await step(`generated by ${made.script}`, () => checkGenerated(made));
await runTests(servers?.env ?? {});
await step('servers down', async () => {
  await servers?.stop();
  return null;
});

console.log('');
for (const { name, seconds, passed, failed } of results) {
  const tests = name === 'tests' ? ` (${passed} passed, ${failed} failed)` : '';
  console.log(`${failed === 0 ? 'ok    ' : 'FAILED'} ${name}${tests}, ${seconds} s`);
}
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
