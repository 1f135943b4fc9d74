// Free ports on the loopback interface.
import { createServer } from 'node:net';

/**
 * Opens a port for a moment to see whether it can be had.
 * @param {number} port 0 for any
 * @param {string} host
 * @returns {Promise<number | null>} The port, or null when it is taken.
 */
export function tryPort(port, host = '127.0.0.1') {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : null));
    });
  });
}

/** @returns {Promise<number>} */
export async function freePort() {
  const port = await tryPort(0);
  if (port === null) throw new Error('The system gave no free port.');
  return port;
}
