import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics';

/** Addresses that no route has are one: a stranger's would be without end. */
const NO_ROUTE = 'none';

/** Measures each answered request by the template of its route. */
export function measureRequests(fastify: FastifyInstance, metrics: Metrics): void {
  const durations = metrics.histogram({
    name: 'berth_http_request_duration_seconds',
    help: 'Requests that were answered, by the template of the route',
    labels: ['method', 'route', 'status'],
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? NO_ROUTE;
    durations.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
    done();
  });
}
