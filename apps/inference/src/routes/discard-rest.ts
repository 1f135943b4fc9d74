/** Lets a client that is still sending read the answer that it already got, and use its connection again. */
import type { IncomingMessage } from 'node:http';

const LINGER_MS = 10_000;

/** Throws away what is left of a body that is not read to its end, for a while; then the connection goes. */
export function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  request.unpipe();
  request.resume();
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS).unref();
  for (const end of ['end', 'close']) request.once(end, () => clearTimeout(timer));
}
