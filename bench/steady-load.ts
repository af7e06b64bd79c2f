import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const CONNECTIONS = 64;

export interface Sent {
  /** From the beginning to when it was due. */
  dueMs: number;
  /** From when it was due to the end of its answer, so that a slow answer before it counts too. */
  latencyMs: number;
  status: number;
}

/**
 * Posts at a steady rate, whether or not what was sent before is answered: as many clients do together, and as
 * autocannon does not, which sends a second's requests at once.
 * @param body of the request with this number, from 0
 */
export async function postSteadily(
  url: string,
  headers: Record<string, string>,
  { perSecond, seconds }: { perSecond: number; seconds: number },
  body: (number: number) => string,
): Promise<Sent[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, scheduling: 'fifo' });
  const began = performance.now();
  const sent: Promise<Sent>[] = [];
  while (sent.length < perSecond * seconds) {
    const passedMs = performance.now() - began;
    while (sent.length < Math.min(perSecond * seconds, (passedMs * perSecond) / 1000)) {
      const dueMs = (sent.length * 1000) / perSecond;
      const status = post(url, { agent, headers }, body(sent.length));
      sent.push(
        status.then((code) => ({ dueMs, latencyMs: performance.now() - began - dueMs, status: code })),
      );
    }
    await sleep(1);
  }
  const all = await Promise.all(sent);
  agent.destroy();
  return all;
}

async function post(
  url: string,
  { agent, headers }: { agent: Agent; headers: Record<string, string> },
  body: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    };
    const outgoing = request(url, options, (response) => {
      response
        .on('end', () => resolve(response.statusCode ?? 0))
        .on('error', reject)
        .resume();
    });
    outgoing.on('error', reject).end(body);
  });
}
