import type { OutgoingHttpHeaders } from 'node:http';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { Draining } from '../common/draining';
import type { LookupDto } from './dto/lookup.dto';

/** An answer as it was sent, but for its age. */
interface Remembered {
  beforeAge: string;
  afterAge: string;
  /** Without the age's digits. */
  bytes: number;
  checkedAtMs: number;
  /** This process changed nothing since. */
  changes: number;
  caller: string | undefined;
}

/** Bounds memory, and how long another replica's change of access, digest or token stays unseen. */
const REMEMBERED = { max: 5_000, ttl: 1_000 };
const AGE = '"ageMs":';

/**
 * Schedulers ask the same of one link many times in a second. The very same question (token, person acted for,
 * language, link and options) within a second gets the very same answer, before anything else is done for it.
 */
@Injectable()
export class LookupMemory implements OnModuleInit {
  private readonly remembered = new LRUCache<string, Remembered>(REMEMBERED);

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly clock: Clock,
    private readonly draining: Draining,
    private readonly changes: Changes,
  ) {}

  /** How often something changed; what was remembered before is forgotten. */
  count = 0;

  onModuleInit(): void {
    this.changes.listen(() => {
      this.count += 1;
    });
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRequest', (request, reply, done) => {
      const remembered = this.find(request);
      if (remembered === undefined) done();
      else this.answer(remembered, request, reply);
    });
  }

  /** @param changes as they were counted before the answer was looked for */
  remember(request: FastifyRequest, answer: LookupDto, changes: number): void {
    const [beforeAge = '', afterAge = ''] = JSON.stringify({ ...answer, ageMs: AGE }).split(
      JSON.stringify(AGE),
    );
    this.remembered.set(questionOf(request), {
      beforeAge,
      afterAge,
      bytes: Buffer.byteLength(beforeAge) + Buffer.byteLength(afterAge),
      checkedAtMs: answer.checkedAt.getTime(),
      changes,
      caller: request.notes.caller,
    });
  }

  private find(request: FastifyRequest): Remembered | undefined {
    // Only an ordinary answer tells the client to close its connection.
    if (request.method !== 'GET' || this.draining.isBegun) return undefined;
    const remembered = this.remembered.get(questionOf(request));
    return remembered?.changes === this.count ? remembered : undefined;
  }

  private answer(remembered: Remembered, request: FastifyRequest, reply: FastifyReply): void {
    request.notes.caller = remembered.caller;
    const ageMs = Math.max(0, this.clock.now().getTime() - remembered.checkedAtMs);
    const age = String(ageMs);
    const headers = reply.getHeaders() as OutgoingHttpHeaders;
    headers['content-type'] = 'application/json; charset=utf-8';
    headers['content-length'] = remembered.bytes + age.length;
    reply.hijack();
    reply.raw.writeHead(200, headers).end(remembered.beforeAge + age + remembered.afterAge);
  }
}

/** Two headers of one name never read as one: Node joins or drops them, the first answer decided on the same. */
function questionOf({ url, headers }: FastifyRequest): string {
  return [url, headers.authorization, headers['x-berth-act-for'], headers['accept-language']].join('\n');
}
