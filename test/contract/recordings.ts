import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type RecordedVersion = '2.15.2' | '2.12.4' | '2.9.5';

/** A request that was sent to a live Harbor, and what came back. Tokens, secrets and cookies were left out. */
export interface RecordedExchange {
  name: string;
  caller: string;
  request: { method: string; path: string; headers?: Record<string, string>; body?: unknown };
  response: { status: number; headers: Record<string, string>; setsSessionCookie?: boolean; body: unknown };
}

/** A run of skopeo, with its exit code and its last line. */
export interface RecordedPush {
  name: string;
  client: 'skopeo copy';
  exit: number;
  says: string;
}

export type Recorded = RecordedExchange | RecordedPush;

export interface RecordedDelivery {
  headers: Record<string, string>;
  body: unknown;
}

export interface Recording {
  sections: Record<string, Recorded[]>;
  webhookDeliveries: RecordedDelivery[];
}

export const isPush = (recorded: Recorded): recorded is RecordedPush => 'client' in recorded;

export function recordingOf(version: RecordedVersion): Recording {
  const file = join(__dirname, 'recordings', `harbor-${version}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Recording;
}
