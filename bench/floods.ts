import autocannon from 'autocannon';

const CONNECTIONS = 16;
const NAMES = 500;

/** What somebody sends as fast as it is answered. */
export interface Flood {
  name: string;
  requests: autocannon.Request[];
}

/** One who guesses one password from one address, and many who guess everybody's from everywhere. */
export function loginFloods(username: string): Flood[] {
  const login = (name: string, address: string): autocannon.Request => ({
    method: 'POST',
    path: '/api/v1/auth/login',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ username: name, password: 'wrong' }),
  });
  const many = Array.from({ length: NAMES }, (_, at) =>
    login(`nobody-${at}`, `2001:db8:${at.toString(16)}::1`),
  );
  return [
    { name: 'logins of one name', requests: [login(username, '192.0.2.1')] },
    { name: 'logins of many names from everywhere', requests: many },
  ];
}

export function importFlood(links: readonly string[], accessToken: string): Flood {
  const requests = links.map((link) => ({
    method: 'POST' as const,
    path: '/api/v1/images',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ link, description: 'Bench', taskType: 'pytorch' }),
  }));
  return { name: 'imports', requests };
}

/** As heavy as a flood can be on a route that does nothing. */
export const BARE_FLOOD: Flood = {
  name: 'requests of the bare route',
  requests: [
    {
      method: 'POST',
      path: '/bare',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'p001', password: 'wrong' }),
    },
  ],
};

/** On a thread of its own. @returns how many a second were answered, with whatever */
export async function pour(url: string, { requests }: Flood, seconds: number): Promise<number> {
  const result = await autocannon({ url, connections: CONNECTIONS, duration: seconds, requests, workers: 1 });
  return result.requests.total / result.duration;
}
