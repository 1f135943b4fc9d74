/** Lets a client that is still sending read the answer that it already got. */
import type { IncomingMessage } from 'node:http';

const LINGER_MS = 10_000;

/**
 * Throws away the rest of a request for a while. Closing at once would reset the connection, and many clients then
 * never see why they were refused.
 */
export function drain(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  request.unpipe();
  request.resume();
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  timer.unref();
  request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
}
