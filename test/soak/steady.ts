import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { seededRandom } from '../chaos/seeded-random';
import { lookupPath, SoakWorld } from './soak-world';

const PEOPLE = 50;
const REPOSITORIES = 20;
const CONNECTIONS = 32;
const TOP_SECONDS = 15;
const DRAWN = 200_000;
/** A `latest` among so many lookups. */
const LATEST_EACH = 50;
const EVERY_MS = 30_000;
/** Until everything that is compiled and kept is so. */
const WARMING_MS = 60_000;
const MOST_RSS_MB = 250;
const MOST_MB_A_MINUTE = 0.1;

export interface SteadyReport {
  topPerSecond: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  samples: { seconds: number; rssMb: number; heapUsedMb: number }[];
  /** By least squares over the samples. */
  heapMbAMinute: { slope: number; standardError: number };
  /** At half of the rate. */
  mostRssMb: number;
  wrong: string[];
}

/** Lookups of 100,000 links by Zipf's law at half of the top rate, `latest` among them: memory neither grows nor is large. */
export async function runSteady(options: {
  main: string;
  minutes: number;
  seed: number;
  say: (line: string) => void;
}): Promise<SteadyReport> {
  const { main, minutes, seed, say } = options;
  const world = await SoakWorld.start(main, PEOPLE, REPOSITORIES);
  try {
    const paths = drawnPaths(world, seededRandom(seed));
    say(`${world.links.length} links; the top rate comes first`);
    // All that is asked for once is in memory then, as much as fits.
    await load(world, paths, { amount: paths.length });
    const top = await load(world, paths, { duration: TOP_SECONDS });
    const overallRate = Math.round(top.requests.average / 2);
    say(`at half of ${Math.round(top.requests.average)}/s`);
    const loading = load(world, paths, { duration: minutes * 60 + WARMING_MS / 1000, overallRate });
    await sleep(WARMING_MS);
    await world.forgetMostMemory();
    const samples = await sample(world, minutes * 60_000, say);
    const result = await loading;
    const { mostRssBytes } = await world.memory();
    const heapMbAMinute = slopeOf(samples.map(({ seconds, heapUsedMb }) => [seconds / 60, heapUsedMb]));
    const report: SteadyReport = {
      topPerSecond: Math.round(top.requests.average),
      perSecond: Math.round(result.requests.average),
      p50Ms: result.latency.p50,
      p99Ms: result.latency.p99,
      samples,
      heapMbAMinute,
      mostRssMb: inMb(mostRssBytes),
      wrong: [],
    };
    report.wrong.push(...wrongOf(report, result));
    return report;
  } finally {
    await world.stop();
  }
}

function drawnPaths({ links, latest }: SoakWorld, random: () => number): string[] {
  const shuffled = [...links].sort(() => random() - 0.5);
  return Array.from({ length: DRAWN }, (_, at) => {
    // The inverse of the sum of 1/rank, near enough.
    const rank = Math.floor(shuffled.length ** random()) - 1;
    const one = at % LATEST_EACH === 0 ? latest[at % latest.length] : shuffled[rank];
    if (one === undefined) throw new Error('there are links');
    return lookupPath(one);
  });
}

async function load(
  { berth, token }: SoakWorld,
  paths: readonly string[],
  options: Partial<autocannon.Options>,
): Promise<autocannon.Result> {
  let asked = 0;
  const setupRequest = (request: autocannon.Request): autocannon.Request => {
    asked += 1;
    return { ...request, path: paths[asked % paths.length] };
  };
  return autocannon({
    url: berth.url,
    connections: CONNECTIONS,
    headers: { authorization: `Bearer ${token}` },
    requests: [{ setupRequest }],
    ...options,
  });
}

async function sample(
  world: SoakWorld,
  forMs: number,
  say: (line: string) => void,
): Promise<SteadyReport['samples']> {
  const beganMs = performance.now();
  const samples: SteadyReport['samples'] = [];
  for (let at = 0; at <= forMs; at += EVERY_MS) {
    await sleep(Math.max(0, beganMs + at - performance.now()));
    const { rssBytes, heapUsedBytes } = await world.memory();
    const one = { seconds: at / 1000, rssMb: inMb(rssBytes), heapUsedMb: inMb(heapUsedBytes) };
    say(JSON.stringify(one));
    samples.push(one);
  }
  return samples;
}

function wrongOf(report: SteadyReport, result: autocannon.Result): string[] {
  const { slope, standardError } = report.heapMbAMinute;
  const { non2xx, errors, timeouts } = result;
  const failed = non2xx + errors + timeouts;
  return [
    ...(failed > 0 ? [`${failed} lookups failed: ${JSON.stringify({ non2xx, errors, timeouts })}`] : []),
    ...(slope - 2 * standardError > MOST_MB_A_MINUTE ? [`the heap grows by ${slope} MB a minute`] : []),
    ...(report.mostRssMb > MOST_RSS_MB ? [`${report.mostRssMb} MB of memory`] : []),
  ];
}

/** Of y over x by least squares. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): {
  slope: number;
  standardError: number;
} {
  const mean = (of: readonly number[]): number => of.reduce((sum, each) => sum + each, 0) / of.length;
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const left = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  const standardError = Math.sqrt(left / Math.max(1, points.length - 2) / spread);
  const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;
  return { slope: rounded(slope), standardError: rounded(standardError) };
}

function inMb(bytes: number): number {
  return Math.round((bytes / 1024 / 1024) * 10) / 10;
}
