import 'reflect-metadata';
import { Body, Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

/** The ceiling: routes of Nest on Fastify that do nothing. */
@Controller('bare')
class BareController {
  @Get()
  answer(): { ok: boolean } {
    return { ok: true };
  }

  /** What a flood is refused with at the least. */
  @Post()
  @HttpCode(429)
  refuse(@Body() _body: unknown): { ok: boolean } {
    return { ok: false };
  }
}

@Module({ controllers: [BareController] })
class BareModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter(), {
    logger: false,
  });
  await app.listen(Number(process.env.PORT), '127.0.0.1');
}

void main();
