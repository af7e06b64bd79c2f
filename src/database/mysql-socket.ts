import { connect, type Socket } from 'node:net';

/**
 * A connection to MariaDB or MySQL that ends after `silenceMs` without a byte in either direction. mysql2 itself
 * waits for ever for the answer of a server that has stopped or is cut off; so its statements fail as when the
 * connection is lost. A connection that merely is not used ends too, and the pool makes a new one when needed.
 */
export function connectMysql(host: string, port: number, silenceMs: number): Socket {
  const socket = connect(port, host);
  socket.setNoDelay(true);
  socket.setTimeout(silenceMs, () => {
    const error = new Error(`The database was silent for ${silenceMs} ms`);
    socket.destroy(Object.assign(error, { code: 'ETIMEDOUT' }));
  });
  return socket;
}
