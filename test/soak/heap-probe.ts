import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process answers of its memory: `heapUsedBytes` after a collection, `rssBytes` before it. */
export interface Memory {
  rssBytes: number;
  /** The most that it was since the start, or since somebody asked FORGET. */
  mostRssBytes: number;
  heapUsedBytes: number;
}

/** The path that makes the peak of memory what it is now (proc(5), clear_refs). */
export const FORGET = '/forget';
const PEAK_OF_MEMORY = '5';

/** Preloaded into a process (`--require`): tells its memory to whoever asks HEAP_PROBE_PORT. */
const port = process.env.HEAP_PROBE_PORT;
if (port !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const server = createServer((request, response) => {
    if (request.url === FORGET) writeFileSync('/proc/self/clear_refs', PEAK_OF_MEMORY);
    const rssBytes = process.memoryUsage.rss();
    collect();
    const heapUsedBytes = process.memoryUsage().heapUsed;
    const mostRssBytes = process.resourceUsage().maxRSS * 1024;
    response.end(JSON.stringify({ rssBytes, mostRssBytes, heapUsedBytes } satisfies Memory));
  });
  server.listen(Number(port), '127.0.0.1').unref();
}
