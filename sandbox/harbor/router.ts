import type { Exchange, Reply } from './exchange';
import { HarborError } from './errors';

export type Handler = (exchange: Exchange) => Reply | Promise<Reply>;

export interface Route {
  method: string;
  segments: string[];
  handler: Handler;
}

/** `template` is below `/api/v2.0`; `{name}` is one segment of the path as sent, whatever is encoded in it. */
export function route(method: string, template: string, handler: Handler): Route {
  return { method, segments: template.split('/').slice(1), handler };
}

/** Segments are decoded once. Later routes win nothing: a literal segment is preferred by being listed first. */
export class Router {
  constructor(private readonly routes: Route[]) {}

  /** The handler with its parameters set on the exchange; 404 and 405 as Harbor's router says them. */
  find(exchange: Exchange, path: string): Handler {
    const segments = path.replace(/\/$/, '').split('/').slice(1);
    let isKnown = false;
    for (const candidate of this.routes) {
      const params = match(candidate.segments, segments);
      if (!params) continue;
      isKnown = true;
      if (candidate.method !== exchange.method) continue;
      exchange.params = params;
      return candidate.handler;
    }
    if (isKnown) throw new HarborError('METHOD_NOT_ALLOWED', `method ${exchange.method} is not allowed`);
    throw new HarborError('NOT_FOUND', `path ${path} was not found`);
  }
}

function match(template: string[], segments: string[]): Record<string, string> | null {
  if (template.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) params[part.slice(1, -1)] = decode(segment);
    else if (part !== segment) return null;
  }
  return params;
}

export function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HarborError('BAD_REQUEST', `invalid URL escape "${segment}"`);
  }
}
