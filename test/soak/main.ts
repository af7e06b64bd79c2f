import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runRestarts } from './restarts';

interface PartOptions {
  main: string;
  rounds: number;
  seed: number;
  say: (line: string) => void;
}

/** Each answers what it did, and what was wrong. */
const PARTS: Readonly<Record<string, (options: PartOptions) => Promise<{ wrong: string[] }>>> = {
  restarts: runRestarts,
};

/** `npm run soak -- [part …] [--rounds 100] [--seed 42]`: faults that last, under work that goes on. */
async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string' }, seed: { type: 'string' } },
  });
  const rounds = Number(values.rounds ?? 100);
  const seed = Number(values.seed ?? randomInt(2 ** 31));
  for (const [part, run] of Object.entries(PARTS)) {
    if (positionals.length > 0 && !positionals.includes(part)) continue;
    console.log(
      `${part}: ${rounds} rounds; to repeat: npm run soak -- ${part} --rounds ${rounds} --seed ${seed}`,
    );
    const built = join(__dirname, '..', '..', 'src', 'main.js');
    const report = await run({ main: built, rounds, seed, say: (line) => console.log(line) });
    console.log(JSON.stringify(report, null, 2));
    if (report.wrong.length > 0) process.exitCode = 1;
  }
}

void main();
