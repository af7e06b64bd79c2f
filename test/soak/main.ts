import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reported, toItsEnd } from '../chaos/reported';
import { runOutage } from './outage';
import { runRestarts } from './restarts';
import { runSteady } from './steady';

interface PartOptions {
  main: string;
  rounds: number;
  minutes: number;
  seed: number;
  say: (line: string) => void;
}

/** Each answers what it did, and what was wrong; `minutes` is how long it lasts where nobody says otherwise. */
const PARTS: Readonly<
  Record<string, { minutes: number; run: (options: PartOptions) => Promise<{ wrong: string[] }> }>
> = {
  restarts: { minutes: 0, run: runRestarts },
  outage: { minutes: 60, run: runOutage },
  steady: { minutes: 10, run: runSteady },
};

/**
 * `npm run soak -- [part …] [--rounds 100] [--minutes 60] [--seed 42]`: faults and loads that last. Rounds are of
 * `restarts`, minutes of `outage` and `steady`.
 */
async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string' }, minutes: { type: 'string' }, seed: { type: 'string' } },
  });
  const rounds = Number(values.rounds ?? 100);
  const seed = Number(values.seed ?? randomInt(2 ** 31));
  for (const [part, { minutes: usual, run }] of Object.entries(PARTS)) {
    if (positionals.length > 0 && !positionals.includes(part)) continue;
    const minutes = Number(values.minutes ?? usual);
    const length = usual === 0 ? `--rounds ${rounds}` : `--minutes ${minutes}`;
    console.log(`${part}; to repeat: npm run soak -- ${part} ${length} --seed ${seed}`);
    const built = join(__dirname, '..', '..', 'src', 'main.js');
    await reported(async () => run({ main: built, rounds, minutes, seed, say: (line) => console.log(line) }));
  }
}

void toItsEnd(main);
