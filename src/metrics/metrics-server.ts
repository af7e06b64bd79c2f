import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { Metrics } from './metrics';

const PATH = '/metrics';
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * `GET /metrics` on a port of its own, apart from the API, so that it can be kept from people by the network: it asks
 * nobody who they are. Off unless METRICS_PORT is set.
 */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(MetricsServer.name);
  private server: Server | null = null;

  constructor(
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Rejects when the port is taken. */
  async onApplicationBootstrap(): Promise<void> {
    const { port } = this.config.metrics;
    if (port === null) return;
    this.metrics.measureProcess();
    const server = createServer((request, response) => {
      const path = (request.url ?? '').split('?')[0];
      if (path !== PATH) refuse(response, 404);
      else if (request.method !== 'GET') refuse(response.setHeader('Allow', 'GET'), 405);
      else void this.answer(response);
    });
    server.requestTimeout = REQUEST_TIMEOUT_MS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, this.config.http.host, resolve);
    });
    this.server = server;
  }

  /** Where it listens; null when it is off. */
  get address(): AddressInfo | null {
    const address = this.server?.address() ?? null;
    return typeof address === 'string' ? null : address;
  }

  async onModuleDestroy(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  private async answer(response: ServerResponse): Promise<void> {
    try {
      const text = await this.metrics.render();
      response.writeHead(200, { 'Content-Type': this.metrics.contentType }).end(text);
    } catch (error) {
      this.logger.error({ msg: 'the metrics could not be told', err: error });
      refuse(response, 500);
    }
  }
}

function refuse(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.end();
}
