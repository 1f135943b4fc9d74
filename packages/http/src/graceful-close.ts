/**
 * Lets a closing server answer what it has begun and wait for nothing else. Node closes connections that are idle after
 * a request; one on which none has come yet, as browsers open in advance, would hold it up for a minute.
 */
import plugin from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborted when the server begins to close, for answers that would never end by themselves. */
    closing: AbortSignal;
  }
}

export const gracefulClose = plugin(
  async (app) => {
    const closing = new AbortController();
    let answering = 0;
    const closeUnused = () => {
      if (closing.signal.aborted && answering === 0) app.server.closeAllConnections();
    };
    app.decorate('closing', closing.signal);
    app.addHook('onRequest', (_request, reply, done) => {
      answering++;
      reply.raw.once('close', () => {
        answering--;
        closeUnused();
      });
      done();
    });
    app.addHook('preClose', async () => {
      closing.abort();
      closeUnused();
    });
  },
  { name: 'graceful-close', fastify: '5.x' },
);
