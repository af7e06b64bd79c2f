import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Stands between a client and a server, and can stall (connections are taken and nothing goes through, as with a
 * stopped process) or go down (connections are refused).
 */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private stalled = false;
  port = 0;

  private constructor(private readonly target: { host: string; port: number }) {}

  static async start(target: { host: string; port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await proxy.up();
    return proxy;
  }

  stall(): void {
    this.stalled = true;
  }

  /** Goes on, or comes back at the same port. */
  async up(): Promise<void> {
    this.stalled = false;
    if (this.server) return;
    const server = createServer((client) => this.pass(client));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    this.port = address.port;
    this.server = server;
  }

  async down(): Promise<void> {
    const { server } = this;
    this.server = null;
    for (const socket of this.sockets) socket.destroy();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  private pass(client: Socket): void {
    this.keep(client);
    if (this.stalled) return;
    const server = connect(this.target.port, this.target.host);
    this.keep(server);
    client.on('data', (chunk) => this.stalled || server.write(chunk));
    server.on('data', (chunk) => this.stalled || client.write(chunk));
    client.once('close', () => server.destroy());
    server.once('close', () => client.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }
}
