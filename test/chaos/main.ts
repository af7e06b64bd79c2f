import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mariadb } from '../servers/mariadb';
import { runKills } from './kills';

/** `npm run chaos -- [--kills 1000] [--seed 42]` */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } });
  const kills = Number(values.kills ?? 1000);
  const seed = Number(values.seed ?? randomInt(2 ** 31));
  console.log(`${kills} kills; to repeat: npm run chaos -- --kills ${kills} --seed ${seed}`);
  const database = await mariadb();
  try {
    const built = join(__dirname, '..', '..', 'src', 'main.js');
    const report = await runKills({
      main: built,
      databaseUrl: database.url,
      kills,
      seed,
      say: (line) => console.log(line),
    });
    console.log(JSON.stringify(report, null, 2));
    process.exitCode = report.wrong.length === 0 ? 0 : 1;
  } finally {
    await database.drop();
  }
}

void main();
