import { manyPeople, startSurroundings } from '../sandbox/surroundings';
import type { Filling } from '../sandbox/harbor/filling';
import { freePort } from './child';

/** What the bench asks of the process that has Harbor and the directory. */
export type Request =
  | { ask: 'start'; people: number; databaseUrl: string }
  | { ask: 'fill'; filling: Filling }
  /** Of the last calls that Harbor had, those whose path holds this text. */
  | { ask: 'calls'; holding: string };

export interface Calls {
  count: number;
  mostInFlight: number;
}

export interface Started {
  env: NodeJS.ProcessEnv;
  harborUrl: string;
  harborAdmin: { username: string; password: string };
  people: { username: string; password: string }[];
}

type Around = Awaited<ReturnType<typeof startSurroundings>>;

/** The sandbox's Harbor and directory in a process of their own, so that they do not slow down what is measured. */
async function answer(request: Request, around: Around | null): Promise<[Around, Started | Calls | null]> {
  if (request.ask !== 'start') {
    if (around === null) throw new Error('nothing was started');
    if (request.ask === 'calls') {
      const calls = around.harbor.calls.filter(({ path }) => path.includes(request.holding));
      const mostInFlight = Math.max(0, ...calls.map(({ inFlight }) => inFlight));
      return [around, { count: calls.length, mostInFlight }];
    }
    around.harbor.fill(request.filling);
    return [around, null];
  }
  const people = manyPeople(request.people).map((person) => ({
    ...person,
    admin: person.username === 'p001',
  }));
  const started = await startSurroundings(people);
  const env = { ...started.env(request.databaseUrl, await freePort()), PATH: process.env.PATH };
  const { harbor, harborAdmin } = started;
  return [started, { env, harborUrl: harbor.url, harborAdmin, people: [...started.people] }];
}

let around: Around | null = null;
process.on('message', (request: Request) => {
  answer(request, around).then(
    ([running, reply]) => {
      around = running;
      process.send?.(reply ?? { done: true });
    },
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
