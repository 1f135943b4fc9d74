/**
 * Reads the rest of a body that nobody wants before it is answered. Many clients, and the API that passes requests on,
 * take an answer that comes while they are still sending for a broken connection, and never see why they were refused.
 */
import type { IncomingMessage } from 'node:http';
import type { onSendHookHandler } from 'fastify';
import { BODY_BYTES_MAX } from './body-limit.js';

const WAIT_MS = 10_000;

/** An `onSend` hook. Beyond some time or size the client is not waited for, and its connection is closed. */
export const discardRest: onSendHookHandler = ({ raw }, reply, _payload, done) => {
  if (raw.complete || raw.readableEnded || raw.destroyed) {
    done();
    return;
  }
  raw.unpipe();
  void readToEnd(raw, 2 * BODY_BYTES_MAX).then((ended) => {
    if (!ended) reply.header('connection', 'close');
    done();
  });
};

function readToEnd(request: IncomingMessage, bytesMax: number): Promise<boolean> {
  return new Promise((resolve) => {
    let bytes = 0;
    const settle = (ended: boolean) => {
      clearTimeout(timer);
      request.off('data', count);
      resolve(ended);
    };
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) settle(false);
    };
    const timer = setTimeout(() => settle(false), WAIT_MS);
    request.once('end', () => settle(true));
    request.once('close', () => settle(false));
    request.on('data', count);
    request.resume();
  });
}
