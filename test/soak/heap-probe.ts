import { createServer } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process answers of its memory: `heapUsedBytes` after a collection, `rssBytes` before it. */
export interface Memory {
  rssBytes: number;
  /** The most that it ever was. */
  mostRssBytes: number;
  heapUsedBytes: number;
}

/** Preloaded into a process (`--require`): tells its memory to whoever asks HEAP_PROBE_PORT. */
const port = process.env.HEAP_PROBE_PORT;
if (port !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const server = createServer((_request, response) => {
    const rssBytes = process.memoryUsage.rss();
    collect();
    const heapUsedBytes = process.memoryUsage().heapUsed;
    const mostRssBytes = process.resourceUsage().maxRSS * 1024;
    response.end(JSON.stringify({ rssBytes, mostRssBytes, heapUsedBytes } satisfies Memory));
  });
  server.listen(Number(port), '127.0.0.1').unref();
}
