import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mariadb } from '../servers/mariadb';
import { runRestarts } from '../soak/restarts';
import { runExemptionKills } from './exemption-kills';
import { runKills } from './kills';
import { runLatestModel } from './latest-model';
import { runPullSecretKills } from './pull-secret-kills';
import { reported, toItsEnd } from './reported';
import { runTagKills } from './tag-kills';
import { runTagModel } from './tag-model';

/** Ten changes for each kill, as a fault of that kind would have them. */
const CHANGES_A_KILL = 10;

/** Of MariaDB and Redis, which take their time. */
const KILLS_A_RESTART = 100;

interface PartOptions {
  main: string;
  databaseUrl: string;
  kills: number;
  seed: number;
  say: (line: string) => void;
}

const PARTS = {
  accounts: runKills,
  'pull-secrets': runPullSecretKills,
  tags: runTagKills,
  exemptions: runExemptionKills,
  'tag-model': async ({ kills, ...options }: PartOptions) =>
    runTagModel({ ...options, changes: kills * CHANGES_A_KILL, changesPerRestart: CHANGES_A_KILL * 10 }),
  latest: async ({ kills, ...options }: PartOptions) => runLatestModel({ ...options, pushes: kills }),
  restarts: async ({ kills, ...options }: PartOptions) =>
    runRestarts({ ...options, rounds: Math.ceil(kills / KILLS_A_RESTART) }),
};

/**
 * `npm run chaos -- [--only accounts|pull-secrets|tags|exemptions|tag-model|latest|restarts] [--kills 1000] [--seed 42]`:
 * so many kills of each part, of the model of tags ten changes for each, of `latest` a push for each, and of the servers
 * an outage for a hundred.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string' } },
  });
  const kills = Number(values.kills ?? 1000);
  const seed = Number(values.seed ?? randomInt(2 ** 31));
  for (const [part, run] of Object.entries(PARTS)) {
    if (values.only !== undefined && values.only !== part) continue;
    const again = `npm run chaos -- --only ${part} --kills ${kills} --seed ${seed}`;
    console.log(`${part}: ${kills} kills; to repeat: ${again}`);
    const database = await mariadb();
    try {
      const built = join(__dirname, '..', '..', 'src', 'main.js');
      const options = { main: built, databaseUrl: database.url, kills, seed };
      await reported(async () => run({ ...options, say: (line) => console.log(line) }));
    } finally {
      await database.drop();
    }
  }
}

void toItsEnd(main);
