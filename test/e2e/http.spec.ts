import { connect } from 'node:net';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, ValidateNested } from 'class-validator';
import request, { type Response, type Test } from 'supertest';
import { stopApp } from '../../src/app.stop';
import { Allow, Public } from '../../src/auth/roles.decorator';
import { Draining } from '../../src/common/draining';
import { DomainError } from '../../src/common/errors';
import { formatEtag, IfMatch, requireFresh, WithEtag } from '../../src/common/etag';
import { NoStore } from '../../src/common/no-store.decorator';
import { Cursor, PageQuery } from '../../src/common/paging';
import { PEOPLE, startApp, type TestApp } from './app';

class LabelDto {
  @IsString({ message: 'A label is text.' })
  key: string;
}

class ThingDto {
  @ApiProperty()
  @IsString({ message: 'field.text', context: { min: 1, max: 5 } })
  @Length(1, 5, { message: 'field.text', context: { min: 1, max: 5 } })
  description: string;

  @IsOptional()
  @IsInt({ message: 'A size is a whole number.' })
  @Max(10, { message: 'A size is at most 10.' })
  size?: number;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => LabelDto)
  labels?: LabelDto[];
}

class FindQuery {
  @IsString({ message: 'Give one link.' })
  link: string;
}

const SECRET = 'hunter2-in-an-error';
const cursors = new Cursor('things', { id: 'string', rank: 'number' });

@Controller('probe')
@Public()
class ProbeController {
  /** Resolves the answer of `slow`; set once it runs. */
  static release: (() => void) | undefined;

  @Post('things')
  @NoStore()
  make(@Body() thing: ThingDto): ThingDto {
    return thing;
  }

  @Get('things')
  list(@Query() query: PageQuery): object {
    return { ...query, after: cursors.decode(query.cursor) };
  }

  @Get('find')
  find(@Query() { link }: FindQuery): object {
    return { link };
  }

  @Get('things/:id')
  @WithEtag(() => 7)
  get(@Param('id') id: string, @IfMatch() ifMatch?: string): object {
    requireFresh(ifMatch, 7);
    return { id };
  }

  @Get('admin')
  @Allow('admin')
  admin(): void {}

  @Get('unknown-error')
  fail(): never {
    const cause = Object.assign(new Error('the reason'), { config: { headers: { Authorization: SECRET } } });
    throw new Error('broken', { cause });
  }

  @Get('not-an-error')
  failOddly(): never {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- what a careless library may throw
    throw { statusCode: 418, secret: SECRET };
  }

  @Get('outage')
  outage(): never {
    throw new DomainError(
      'upstream-unavailable',
      'harbor.unavailable',
      {},
      { retryAfterSeconds: 2.5, cause: new Error('connection refused') },
    );
  }

  @Get('pointed')
  pointed(): never {
    throw new DomainError(
      'invalid',
      'request.invalid',
      {},
      { errors: [{ pointer: '/link', code: 'link.too-long', params: { max: 1024 } }] },
    );
  }

  @Get('slow')
  async slow(): Promise<object> {
    await new Promise<void>((resolve) => (ProbeController.release = resolve));
    return { finished: true };
  }
}

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  instance: string;
  requestId: string;
  errors?: { pointer: string; code: string; detail: string }[];
}

describe('the way in and out over HTTP', () => {
  let berth: TestApp;

  beforeAll(async () => {
    berth = await startApp({
      controllers: [ProbeController],
      variables: { BODY_LIMIT_BYTES: '2048', CORS_ORIGINS: 'https://platform.example.com' },
    });
  });
  afterAll(async () => {
    await berth.stop();
  });

  const http = () => request(berth.app.getHttpServer());
  const get = (path: string): Test => http().get(`/api/v1${path}`);
  const make = (body: object): Test => http().post('/api/v1/probe/things').send(body);
  const problemOf = ({ body }: Response): Problem => body as Problem;
  const lineOf = (requestId: string): Record<string, unknown> => {
    const line = berth
      .logText()
      .split('\n')
      .find((each) => each.includes(`"${requestId}"`) && each.includes('"ms"'));
    return JSON.parse(line ?? '{}') as Record<string, unknown>;
  };

  describe('problems', () => {
    const cases: [string, number, string, () => Test][] = [
      ['an unknown route', 404, 'request.not-found', () => http().get('/nowhere')],
      ['an unknown route below the prefix', 404, 'request.not-found', () => get('/nowhere?token=abc')],
      ['another method', 404, 'request.not-found', () => http().delete('/api/v1/probe/things')],
      ['broken JSON', 400, 'request.not-json', () => make({}).type('json').send('{"description":')],
      [
        'keys that poison',
        400,
        'request.not-json',
        () => make({}).type('json').send('{"__proto__":{"a":1}}'),
      ],
      ['a list as body', 400, 'request.malformed', () => make([])],
      ['another media type', 415, 'request.media-type', () => make({}).type('text/plain').send('x')],
      ['a form', 415, 'request.media-type', () => make({}).type('form').send('description=x')],
      ['a body too large', 413, 'request.too-large', () => make({ description: 'x'.repeat(3000) })],
      ['an address that cannot be read', 400, 'request.malformed', () => get('/probe/%E0%A4%A')],
      ['an unknown field', 400, 'request.unknown-field', () => make({ description: 'a', colour: 'red' })],
      ['an unknown parameter', 400, 'request.unknown-field', () => get('/probe/find?link=a&lnk=b')],
      ['a parameter where none is read', 400, 'request.unknown-field', () => get('/health/live?verbose=1')],
      ['a field that is not valid', 422, 'request.invalid', () => make({ description: '' })],
      ['a parameter that is not valid', 422, 'request.invalid', () => get('/probe/find')],
      ['a parameter twice', 422, 'request.invalid', () => get('/probe/find?link=a&link=b')],
      ['an error nobody expected', 500, 'request.failed', () => get('/probe/unknown-error')],
      ['what is not even an error', 500, 'request.failed', () => get('/probe/not-an-error')],
      ['an outage', 503, 'harbor.unavailable', () => get('/probe/outage')],
      ['no token', 401, 'auth.token-missing', () => get('/probe/admin')],
      ['a stale If-Match', 412, 'request.stale', () => get('/probe/things/1').set('If-Match', '"6"')],
      [
        'no entity tag in If-Match',
        400,
        'request.malformed',
        () => get('/probe/things/1').set('If-Match', '7'),
      ],
    ];
    it.each(cases)('answers %s with %i %s', async (_, status, code, send) => {
      const answer = await send();
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(answer.headers['content-language']).toBe('en');
      expect(problemOf(answer)).toMatchObject({ type: `urn:berth:problem:${code}`, status, code });
      expect(answer.status).toBe(status);
      expect(problemOf(answer).requestId).toBe(answer.headers['x-request-id']);
      expect(problemOf(answer).instance).not.toContain('?');
      expect(problemOf(answer).detail).not.toMatch(/[{}]/);
    });

    it('name every unknown field', async () => {
      const { detail, errors } = problemOf(
        await make({ description: 'a', colour: 'red', labels: [{ key: 'a', b: 1 }] }),
      );
      expect(detail).toContain('"colour", "b"');
      expect(errors?.map(({ pointer }) => pointer)).toEqual(['/colour', '/labels/0/b']);
    });

    it('point to each bad field, with its text', async () => {
      const { errors } = problemOf(
        await make({ description: 'much too long', size: '3', labels: [{ key: 'a' }, { key: 2 }] }),
      );
      expect(errors).toEqual([
        { pointer: '/description', code: 'field.text', detail: 'This must be text of 1 to 5 characters.' },
        { pointer: '/size', code: 'field.invalid', detail: 'A size is a whole number.' },
        { pointer: '/labels/1/key', code: 'field.invalid', detail: 'A label is text.' },
      ]);
      expect(problemOf(await get('/probe/find')).errors).toEqual([
        { pointer: '?link', code: 'field.invalid', detail: 'Give one link.' },
      ]);
    });

    it('carry the fields that a service points to', async () => {
      expect(problemOf(await get('/probe/pointed')).errors).toEqual([
        { pointer: '/link', code: 'link.too-long', detail: 'A link has at most 1024 characters.' },
      ]);
    });

    it('speak Chinese where that is asked for', async () => {
      const answer = await get('/nowhere').set('Accept-Language', 'zh-CN,zh;q=0.9,en;q=0.5');
      expect(answer.headers['content-language']).toBe('zh');
      expect(answer.headers.vary).toContain('Accept-Language');
      expect(problemOf(answer).title).toMatch(/\p{Script=Han}/u);
    });

    it('say when to ask again, in whole seconds', async () => {
      expect((await get('/probe/outage')).headers['retry-after']).toBe('3');
    });

    it('are answered on a socket that speaks no HTTP', async () => {
      const { port } = berth.app.getHttpServer().address() as { port: number };
      const answer = await new Promise<string>((resolve, reject) => {
        let text = '';
        const socket = connect(port, '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'));
        socket.on('data', (chunk) => (text += chunk.toString()));
        socket.on('close', () => resolve(text)).on('error', reject);
      });
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
      expect(answer).toContain('"code":"request.malformed"');
    });
  });

  it('takes a POST without a body whatever media type it names', async () => {
    await http().post('/api/v1/auth/logout').type('json').expect(401);
  });

  describe('request ids', () => {
    it('come back as they were sent', async () => {
      const { headers } = await get('/health/live').set('X-Request-Id', 'job-42.A_b');
      expect(headers['x-request-id']).toBe('job-42.A_b');
    });

    it.each(['with space', 'x'.repeat(129), 'a/b', ''])('are made anew in place of %j', async (sent) => {
      const { headers } = await get('/health/live').set('X-Request-Id', sent);
      expect(headers['x-request-id']).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    });
  });

  describe('the log', () => {
    it('has one line per request, without query, headers or body', async () => {
      await get('/nowhere?token=in-the-query')
        .set('X-Request-Id', 'log-1')
        .set('Authorization', 'in-a-header');
      await make({ description: 'in-a-body' }).set('X-Request-Id', 'log-2');
      expect(lineOf('log-1')).toMatchObject({
        method: 'GET',
        path: '/api/v1/nowhere',
        status: 404,
        code: 'request.not-found',
        requestId: 'log-1',
      });
      expect(berth.logText().match(/"log-1"/g)).toHaveLength(1);
      expect(berth.logText()).not.toMatch(/in-the-query|in-a-header|in-a-body/);
    });

    it('names the caller', async () => {
      const [, , grace] = PEOPLE;
      const login = await http()
        .post('/api/v1/auth/login')
        .send({ username: grace?.username, password: grace?.password });
      const { accessToken } = login.body as { accessToken: string };
      await get('/probe/admin')
        .auth(accessToken, { type: 'bearer' })
        .set('X-Request-Id', 'log-3')
        .expect(200);
      expect(lineOf('log-3').caller).toBe('person grace');
    });

    it('tells the causes of a fault, and nothing else that hangs on them', async () => {
      await get('/probe/unknown-error').set('X-Request-Id', 'log-4');
      expect(lineOf('log-4')).toMatchObject({
        level: 50,
        err: { message: 'broken', cause: { message: 'the reason' } },
      });
      await get('/probe/outage').set('X-Request-Id', 'log-5');
      expect(lineOf('log-5')).toMatchObject({
        level: 40,
        code: 'harbor.unavailable',
        err: { cause: { message: 'connection refused' } },
      });
      expect(berth.logText()).not.toContain(SECRET);
    });
  });

  describe('lists', () => {
    it('have 50 items and no total unless asked', async () => {
      expect((await get('/probe/things')).body).toEqual({ limit: 50, count: false, after: null });
      expect((await get('/probe/things?limit=200&count=true')).body).toMatchObject({
        limit: 200,
        count: true,
      });
    });

    it.each(['limit=0', 'limit=201', 'limit=1.5', 'limit=', 'limit=0x10', 'limit=1&limit=2', 'count=yes'])(
      'refuse %s',
      async (query) => {
        const answer = await get(`/probe/things?${query}`).expect(422);
        expect(problemOf(answer).errors?.[0]?.pointer).toBe(`?${query.split('=')[0]}`);
      },
    );

    it('read their own cursors and refuse all others', async () => {
      const own = cursors.encode({ id: 'a', rank: 3 });
      expect((await get(`/probe/things?cursor=${own}`)).body).toMatchObject({ after: { id: 'a', rank: 3 } });
      const foreign = [
        new Cursor('others', { id: 'string', rank: 'number' }).encode({ id: 'a', rank: 3 }),
        new Cursor('things', { id: 'string', rank: 'string' }).encode({ id: 'a', rank: '3' }),
        new Cursor('things', { id: 'string' }).encode({ id: 'a' }),
        'nonsense',
      ];
      for (const cursor of foreign) {
        expect(problemOf(await get(`/probe/things?cursor=${cursor}`).expect(400)).code).toBe(
          'request.malformed',
        );
      }
    });
  });

  it('sends the version as ETag and lets a fresh If-Match through', async () => {
    const { headers } = await get('/probe/things/1').set('If-Match', '"6", "7"').expect(200);
    expect(headers.etag).toBe(formatEtag(7));
    await get('/probe/things/1').set('If-Match', '*').expect(200);
    await get('/probe/things/1').set('If-Match', 'W/"7"').expect(412);
  });

  it('keeps answers with secrets out of every cache', async () => {
    expect((await make({ description: 'a' })).headers['cache-control']).toBe('no-store');
  });

  describe('browsers', () => {
    it('of the configured origin may call, others not', async () => {
      const answer = (origin: string) => get('/health/live').set('Origin', origin);
      const allowed = await answer('https://platform.example.com');
      expect(allowed.headers['access-control-allow-origin']).toBe('https://platform.example.com');
      expect((await answer('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined();
    });

    it('are not called from anywhere else by default', async () => {
      const other = await startApp();
      const answer = await request(other.app.getHttpServer())
        .get('/api/v1/health/live')
        .set('Origin', 'https://platform.example.com');
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      await other.stop();
    });

    it('are told not to guess, to frame or to run what is not ours', async () => {
      const { headers } = await get('/health/live');
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
      expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
      const page = await http().get('/api/docs').expect(200);
      expect(page.headers['content-security-policy']).toContain("default-src 'self'");
      expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    });

    it('can open the docs under that policy: no script stands in the page', async () => {
      const page = await http().get('/api/docs').expect(200);
      const scripts = [...page.text.matchAll(/<script([^>]*)>([^<]*)/g)];
      expect(scripts.length).toBeGreaterThan(0);
      for (const [, attributes, inline] of scripts) {
        expect(inline?.trim()).toBe('');
        const path = /src="\.\/([^"]+)"/.exec(attributes ?? '')?.[1] ?? '';
        await http()
          .get(`/api/${path}`)
          .expect(200)
          .expect('Content-Type', /javascript/);
      }
    });
  });

  it('serves the document, with every problem of a route', async () => {
    const answer = await http().get('/api/openapi.json').expect(200);
    const document = answer.body as {
      paths: Record<string, Record<string, { responses: Record<string, { content?: object }> }>>;
      components: { examples: Record<string, object> };
    };
    const login = document.paths['/api/v1/auth/login']?.post;
    expect(Object.keys(login?.responses ?? {})).toEqual([
      '200',
      '400',
      '401',
      '403',
      '409',
      '413',
      '415',
      '422',
      '429',
      '500',
      '503',
    ]);
    expect(JSON.stringify(login?.responses['401'])).toContain('#/components/examples/auth.login-failed');
    expect(document.components.examples['auth.login-failed']).toMatchObject({
      value: { status: 401, code: 'auth.login-failed' },
    });
  });

  it('refuses to start with a route that does not say whom it is open to', async () => {
    @Controller('forgotten')
    class ForgottenController {
      @Get()
      get(): void {}
    }
    await expect(startApp({ controllers: [ForgottenController] })).rejects.toThrow('ForgottenController.get');
  });
});

describe('GET /health/ready', () => {
  let berth: TestApp;

  beforeEach(async () => {
    berth = await startApp();
  });
  afterEach(async () => {
    await berth.stop();
  });

  interface Readiness {
    status: string;
    dependencies: { name: string; state: string; since: string; code: string | null }[];
  }
  const ready = async (): Promise<[number, Readiness]> => {
    const answer = await request(berth.app.getHttpServer()).get('/api/v1/health/ready');
    return [answer.status, answer.body as Readiness];
  };
  const stateOf = ({ dependencies }: Readiness, name: string) =>
    dependencies.find((each) => each.name === name);

  it('is degraded but 200 while Harbor or the directory is away, and tells since when', async () => {
    const [status, first] = await ready();
    expect([status, first.status]).toEqual([200, 'degraded']);
    expect(stateOf(first, 'directory')).toMatchObject({ state: 'up', code: null });
    expect(stateOf(first, 'harbor')).toMatchObject({ state: 'down', code: 'harbor.unavailable' });

    await berth.directory.down();
    berth.clock.forward(6_000);
    const [, second] = await ready();
    expect(stateOf(second, 'directory')).toMatchObject({ state: 'down', code: 'directory.unavailable' });
    expect(stateOf(second, 'harbor')?.since).toBe(stateOf(first, 'harbor')?.since);
  });

  it('asks each dependency at most once in 5 s', async () => {
    await ready();
    const asked = berth.directory.operations.length;
    await Promise.all([ready(), ready(), ready()]);
    expect(berth.directory.operations).toHaveLength(asked);
  });

  it('names no address', async () => {
    const [, answer] = await ready();
    expect(JSON.stringify(answer)).not.toMatch(/127\.0\.0\.1|ldap:|http:/);
  });
});

describe('stopping', () => {
  /** One request on a kept connection, over the bare socket; all that came until Berth closed it. */
  const askOnce = async (port: number, path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(`GET /api/v1${path} HTTP/1.1\r\nHost: berth\r\n\r\n`),
      );
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('close', () => resolve(text)).on('error', reject);
    });
  const slowRuns = async (): Promise<void> => {
    while (ProbeController.release === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  it('finishes the running request, takes no new one, then stands still', async () => {
    const berth = await startApp({ controllers: [ProbeController] });
    const { port } = berth.app.getHttpServer().address() as { port: number };
    const slow = askOnce(port, '/probe/slow');
    await slowRuns();
    const stopped = stopApp(berth.app, 10_000);
    await expect(askOnce(port, '/health/live')).rejects.toThrow('ECONNREFUSED');
    ProbeController.release?.();
    await stopped;
    expect(await slow).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\nconnection: close\r\n[^]*{"finished":true}$/i);
    expect(berth.logText()).not.toContain('were cut');
    await berth.directory.stop();
    expect(berth.logText()).toContain('"msg":"stopped"');
  });

  it('says at once that it is not ready', async () => {
    const berth = await startApp();
    berth.app.get(Draining).begin();
    const answer = await request(berth.app.getHttpServer()).get('/api/v1/health/ready');
    expect([answer.status, (answer.body as { status: string }).status]).toEqual([503, 'stopping']);
    await berth.stop();
  });

  it('cuts what does not finish in time', async () => {
    ProbeController.release = undefined;
    const berth = await startApp({ controllers: [ProbeController] });
    const { port } = berth.app.getHttpServer().address() as { port: number };
    const slow = askOnce(port, '/probe/slow');
    await slowRuns();
    await stopApp(berth.app, 50);
    expect(await slow).toBe('');
    await berth.directory.stop();
  });
});
